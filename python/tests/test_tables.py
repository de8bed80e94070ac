"""Other libraries take tables through Arrow, with the numbers, words and gaps of the CSV."""

import csv
import io

import pandas
import polars
import pyarrow
import pytest
from conftest import VILLAGES

import demarche


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Runs with every table that there is."""
    import os

    from conftest import ROOT

    os.chdir(ROOT)
    return [
        demarche.batch(VILLAGES, sessions=200, transcripts=True, draws=True, distances=True),
        demarche.batch(
            demarche.load(VILLAGES).set("protocol.alternating_offers.deadline_rounds", 1),
            sessions=10,
        ),
        demarche.sweep("configs/experiments/two-readings.toml", sessions=20),
        demarche.sensitivity(VILLAGES, points=32, draws=True),
        demarche.sensitivity(VILLAGES, points=32, forms=True, draws=True),
        demarche.flip(VILLAGES, sessions=50),
        demarche.robustness(VILLAGES, sessions=20),
        demarche.weigh(VILLAGES, {"days": {"well_hours": "shared"}}, draws=50),
    ]


def cells(table):
    """The cells of the CSV by column, as words; `None` where there is nothing."""
    header, *rows = csv.reader(io.StringIO(table.csv(), newline=""))
    columns = zip(*rows) if rows else [[] for _ in header]
    return {name: [it or None for it in column] for name, column in zip(header, columns)}


def test_every_cell_of_every_table_is_in_arrow_polars_and_pandas(runs):
    n_cells = 0
    for table in (run.table(name) for run in runs for name in run.tables):
        arrow = pyarrow.table(table)
        assert arrow.column_names == table.columns
        frame = polars.DataFrame(table)
        pandas_frame = table.to_pandas()
        for name, column in cells(table).items():
            kind = {pyarrow.int64(): int, pyarrow.float64(): float, pyarrow.string(): str}[
                arrow.schema.field(name).type
            ]
            expected = [None if it is None else kind(it) for it in column]
            assert arrow[name].to_pylist() == expected, (table.name, name)
            assert frame[name].to_list() == expected, (table.name, name)
            assert table[name] == expected, (table.name, name)
            series = pandas_frame[name]
            assert [None if pandas.isna(it) else kind(it) for it in series] == expected
            n_cells += len(expected)
    assert n_cells > 10_000


def test_kinds_are_those_of_the_parquet_copies(tmp_path):
    import pyarrow.parquet

    runs = [
        demarche.batch(VILLAGES, sessions=50, out=tmp_path / "a", formats="parquet"),
        demarche.sweep(
            "configs/experiments/two-readings.toml",
            sessions=10,
            out=tmp_path / "b",
            formats="parquet",
        ),
        demarche.sensitivity(
            VILLAGES, points=32, forms=True, draws=True, out=tmp_path / "c", formats="parquet"
        ),
    ]
    for run in runs:
        for name in run.tables:
            copy = pyarrow.parquet.read_table(run.path / f"{name}.parquet")
            assert pyarrow.table(run.table(name)).equals(copy), name


def test_a_long_table_comes_in_batches():
    run = demarche.batch(VILLAGES, sessions=40_000)
    reader = pyarrow.RecordBatchReader.from_stream(run.parties)
    sizes = [batch.num_rows for batch in reader]
    assert len(sizes) == 2 and sum(sizes) == 80_000
    assert reader.schema == pyarrow.schema(run.parties)


def test_a_stream_may_outlive_its_run_and_be_dropped_unread():
    run = demarche.batch(VILLAGES, sessions=100)
    reader = pyarrow.RecordBatchReader.from_stream(run.sessions)
    run.sessions.__arrow_c_stream__()
    del run
    assert reader.read_all().num_rows == 100


def test_a_table_that_was_changed_is_an_error(tmp_path):
    run = demarche.batch(VILLAGES, sessions=100, out=tmp_path / "run")
    table, path = run.sessions, tmp_path / "run" / "sessions.csv"
    text = path.read_text()
    path.write_text(text.replace("agreement", "walkouttt", 1))
    with pytest.raises(Exception, match="has changed since the run"):
        pyarrow.table(table)
    path.write_text(text[:-10])
    with pytest.raises(ValueError, match="has changed since the run"):
        demarche.open(tmp_path / "run").sessions.csv()


def test_what_is_not_there_is_named_with_what_is():
    run = demarche.batch(VILLAGES, sessions=10)
    with pytest.raises(KeyError, match="its tables are"):
        run.table("cells")
    with pytest.raises(AttributeError, match="its tables are"):
        run.cells
    with pytest.raises(KeyError, match="its columns are"):
        run.sessions["nothing"]
    assert "10 rows" in repr(run.sessions)
    assert run.sessions._repr_html_().startswith("<table>")
