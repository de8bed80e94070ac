"""Tables of runs, for other libraries to take and for people to look at."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demarche import _demarche

#: What stands in a cell; ``None`` where the table is empty.
Cell = int | float | str | None

_KINDS: dict[str, type[int] | type[float] | type[str]] = {
    "whole": int,
    "number": float,
    "text": str,
}

#: Rows that a notebook shows of a table.
_ROWS_SHOWN = 10


class Table:
    """A table of a run, which pandas, polars and pyarrow take without a copy in between.

    >>> import demarche
    >>> run = demarche.batch("configs/scenarios/two-villages.toml", sessions=100)
    >>> run.sessions.columns[:5]
    ['cell', 'replication', 'ending', 'round', 'proposer']
    >>> len(run.sessions)
    100
    >>> run.sessions.to_polars()["ending"].value_counts().shape[1]
    2

    Whole numbers are ``int64`` in Arrow, measurements ``double`` and words ``string``, all of them
    nullable: an empty cell is null.
    """

    def __init__(self, native: _demarche.Table) -> None:
        self._native = native

    @property
    def name(self) -> str:
        """The name, without the ending of the file."""
        return self._native.name

    @property
    def columns(self) -> list[str]:
        """The names of the columns; the documentation of the tables says what stands in them."""
        return [name for name, _ in self._native.columns]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Export the table through Arrow's C stream interface."""
        return self._native.__arrow_c_stream__(requested_schema)

    def __arrow_c_schema__(self) -> object:
        """Export the types of the columns through Arrow's C interface."""
        return self._native.__arrow_c_schema__()

    def to_pandas(self) -> Any:
        """Return a data frame of pandas, which needs pyarrow for it.

        >>> import demarche
        >>> run = demarche.batch("configs/scenarios/two-villages.toml", sessions=100)
        >>> run.parties.to_pandas().groupby("party")["utility"].count().to_dict()
        {'lower': 100, 'upper': 100}
        """
        return self.to_pyarrow().to_pandas()

    def to_polars(self) -> Any:
        """Return a data frame of polars."""
        import polars

        return polars.DataFrame(self)

    def to_pyarrow(self) -> Any:
        """Return a table of pyarrow."""
        import pyarrow

        return pyarrow.table(self)

    def csv(self) -> str:
        """Return the table as the run wrote it, to the byte."""
        return self._native.csv().decode()

    def rows(self) -> list[dict[str, Cell]]:
        """Return all rows, without any other library.

        >>> import demarche
        >>> run = demarche.batch("configs/scenarios/two-villages.toml", sessions=100)
        >>> run.sessions.rows()[0]["replication"]
        0
        """
        return list(self)

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        kinds = [(name, _KINDS[kind]) for name, kind in self._native.columns]
        rows = csv.reader(io.StringIO(self.csv(), newline=""))
        next(rows)
        for row in rows:
            yield {name: kind(cell) if cell else None for (name, kind), cell in zip(kinds, row)}

    def __getitem__(self, column: str) -> list[Cell]:
        """Return a column."""
        if column not in self.columns:
            known = ", ".join(self.columns)
            raise KeyError(f"{self.name} has no column `{column}`; its columns are {known}")
        return [row[column] for row in self]

    def __len__(self) -> int:
        rows = csv.reader(io.StringIO(self.csv(), newline=""))
        return sum(1 for _ in rows) - 1

    def __repr__(self) -> str:
        return f"<Table {self.name}: {len(self)} rows, {len(self.columns)} columns>"

    def _repr_html_(self) -> str:
        rows = self.rows()

        def line(cells: list[Cell], tag: str) -> str:
            shown = ["" if cell is None else html.escape(str(cell)) for cell in cells]
            return "<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in shown) + "</tr>"

        head = line([*self.columns], "th")
        body = "".join(line([*row.values()], "td") for row in rows[:_ROWS_SHOWN])
        more = len(rows) - _ROWS_SHOWN
        note = f"<p>and {more} more rows</p>" if more > 0 else ""
        return f"<table><thead>{head}</thead><tbody>{body}</tbody></table>{note}"
