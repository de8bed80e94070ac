"""What theory says of a scenario, and single sessions."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

from demarche import _demarche
from demarche._pages import Page
from demarche._parties import PartyMaker, makers
from demarche._progress import Progress, told
from demarche._scenario import Path, Scenario, native
from demarche._tables import Table


class Analysis:
    """What theory says of a scenario, before anyone speaks."""

    def __init__(self, native: _demarche.Analysis) -> None:
        self._native = native

    @property
    def path(self) -> pathlib.Path:
        """The folder of the tables."""
        return pathlib.Path(self._native.path)

    @property
    def solutions(self) -> Table:
        """The table with one row per draw and bargaining solution."""
        return Table(self._native.solutions)

    @property
    def frontier(self) -> Table:
        """The Pareto frontier of one draw, a row per point."""
        return Table(self._native.frontier)

    @property
    def replication(self) -> int:
        """The draw that the frontier is of."""
        return self._native.replication

    def __str__(self) -> str:
        return self._native.text

    def __repr__(self) -> str:
        return f"<Analysis: frontier of draw {self.replication}>"


class Session:
    """A session that was played: what everybody in it saw, and how it ended."""

    def __init__(self, native: _demarche.PlayedSession) -> None:
        self._native = native
        *self._events, self._ending = map(json.loads, native.lines.splitlines())

    @property
    def events(self) -> list[dict[str, Any]]:
        """The offers and answers, as transcripts have them."""
        return list(self._events)

    @property
    def ending(self) -> dict[str, Any]:
        """How it ended, with the result for each party."""
        return dict(self._ending)

    @property
    def agreement(self) -> dict[str, str] | None:
        """The option of each issue that was agreed on; ``None`` without an agreement."""
        if self._ending["kind"] != "agreement":
            return None
        agreement: dict[str, str] = self._ending["offer"]
        return agreement

    def report(self) -> Page:
        """Return the page of the session, round by round."""
        return Page(self._native.page)

    def __str__(self) -> str:
        return self._native.text

    def __repr__(self) -> str:
        return f"<Session: {self._ending['kind']} in round {self._ending['round']}>"

    def _repr_html_(self) -> str:
        return self.report()._repr_html_()


def analyze(
    scenario: Scenario | Path,
    *,
    draws: int | None = None,
    replication: int | None = None,
    definitions: str = "textbook",
    seed: int | None = None,
    out: Path | None = None,
    progress: Progress = False,
) -> Analysis:
    """Compute the Pareto frontier and the bargaining solutions of a scenario.

    ``draws`` are 100 by default, or 1 if nothing is uncertain; ``replication`` is the draw that the
    frontier is of, by default the one with the median number of acceptable outcomes. ``definitions``
    are those of the ``textbook`` or of ``negmas``.

    >>> import demarche
    >>> theory = demarche.analyze("configs/scenarios/two-villages.toml", draws=10)
    >>> theory.frontier.columns
    ['point', 'concepts', 'utility_upper', 'utility_lower', 'settled_well_hours', 'settled_upkeep', \
'settled_second_rope']
    """
    if draws is not None and draws < 1:
        raise ValueError(f"draws: {draws} is not a whole number from 1")
    folder = None if out is None else os.fspath(out)
    with told(progress, "draw") as tell:
        arguments = (draws, replication, definitions, seed, folder, tell)
        return Analysis(_demarche.analyze(native(scenario), *arguments))


def play(
    scenario: Scenario | Path,
    *,
    replication: int = 0,
    seed: int | None = None,
    parties: Mapping[str, PartyMaker] | None = None,
) -> Session:
    """Run one session: that of this number in a batch with the same seed.

    >>> import demarche
    >>> session = demarche.play("configs/scenarios/two-villages.toml", seed=1)
    >>> session.agreement is None or sorted(session.agreement)
    ['second_rope', 'upkeep', 'well_hours']

    ``parties`` are classes that answer for parties, see :class:`PythonParty`.
    """
    return Session(_demarche.play(native(scenario), replication, seed, makers(parties)))
