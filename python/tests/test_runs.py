"""Runs from Python have the bytes of the command line's, whatever they are run on."""

import gc
import json

import pytest
from conftest import ROOT, VILLAGES

import demarche

COMMANDS = {
    "batch": (
        ["batch", VILLAGES, "--sessions", "300", "--seed", "5", "--transcripts", "--draws"],
        lambda **it: demarche.batch(
            VILLAGES, sessions=300, seed=5, transcripts=True, draws=True, **it
        ),
    ),
    "settings": (
        ["batch", VILLAGES, "--sessions", "200", "--set", "party.lower.reservation_value=0.5"],
        lambda **it: demarche.batch(
            demarche.load(VILLAGES).set("party.lower.reservation_value", 0.5), sessions=200, **it
        ),
    ),
    "flagship": (
        ["batch", "configs/experiments/alaska-2025.toml", "--sessions", "200", "--distances"],
        lambda **it: demarche.batch(
            "configs/experiments/alaska-2025.toml", sessions=200, distances=True, **it
        ),
    ),
    "summary": (
        ["batch", VILLAGES, "--sessions", "300", "--tables", "summary"],
        lambda **it: demarche.batch(VILLAGES, sessions=300, tables=(), **it),
    ),
    "sweep": (
        ["sweep", "configs/experiments/us-pressure.toml", "--sessions", "20"],
        lambda **it: demarche.sweep("configs/experiments/us-pressure.toml", sessions=20, **it),
    ),
    "readings": (
        ["sweep", "configs/experiments/two-readings.toml", "--sessions", "50"],
        lambda **it: demarche.sweep("configs/experiments/two-readings.toml", sessions=50, **it),
    ),
    "sensitivity": (
        ["sensitivity", VILLAGES, "--points", "32", "--draws"],
        lambda **it: demarche.sensitivity(VILLAGES, points=32, draws=True, **it),
    ),
    "flip": (
        ["flip", VILLAGES, "--rate", "60", "--sessions", "100"],
        lambda **it: demarche.flip(VILLAGES, rate=0.6, sessions=100, **it),
    ),
    "robustness": (
        ["robustness", VILLAGES, "--sessions", "50", "--form", "rounds"],
        lambda **it: demarche.robustness(VILLAGES, sessions=50, forms="rounds", **it),
    ),
    "weigh": (
        ["weigh", VILLAGES, "configs/plans/two-villages/alternate-days.toml", "--draws", "200"],
        lambda **it: demarche.weigh(
            VILLAGES, ["configs/plans/two-villages/alternate-days.toml"], draws=200, **it
        ),
    ),
}


def files(folder):
    """The bytes of all files below a folder but the manifest and the record, which have times."""
    timed = {"manifest.json", "ro-crate-metadata.json"}
    every = (it for it in folder.rglob("*") if it.is_file() and it.name not in timed)
    return {str(it.relative_to(folder)): it.read_bytes() for it in every}


@pytest.mark.parametrize("what", COMMANDS)
def test_a_run_is_that_of_the_command_line_to_the_byte(what, program, tmp_path):
    arguments, call = COMMANDS[what]
    printed = program(*arguments, "--quiet", "--out", tmp_path / "theirs")
    assert printed.returncode == 0, printed.stderr
    run = call(out=tmp_path / "ours")
    assert run.path == tmp_path / "ours"
    assert files(tmp_path / "ours") == files(tmp_path / "theirs")

    def manifest(name):
        text = (tmp_path / name / "manifest.json").read_text()
        return {key: value for key, value in json.loads(text).items() if key != "timing"}

    assert manifest("ours") == manifest("theirs")
    tables = {name: run.table(name).csv().encode() for name in run.tables}
    assert tables == {
        it.stem: it.read_bytes() for it in (tmp_path / "theirs").glob("*.csv")
    }
    assert tables.keys() <= vars(demarche.Run).keys()


def test_results_do_not_depend_on_threads():
    one, four = (demarche.batch(VILLAGES, sessions=500, threads=it) for it in [1, 4])
    for name in one.tables:
        assert one.table(name).csv() == four.table(name).csv()


def test_axes_make_a_sweep_of_a_scenario_and_of_an_experiment(tmp_path):
    axes = {
        "party.upper.reservation_value": [0.3, 0.4],
        "protocol.alternating_offers.deadline_rounds": [5],
    }
    run = demarche.sweep(VILLAGES, axes, sessions=100)
    assert set(axes) <= set(run.cells.columns)
    batch = demarche.batch(
        demarche.load(VILLAGES)
        .set("party.upper.reservation_value", 0.3)
        .set("protocol.alternating_offers.deadline_rounds", 5),
        sessions=100,
    )
    endings = [row["ending"] for row in run.sessions if row["cell"] == 0]
    assert endings == batch.sessions["ending"]
    experiment = tmp_path / "experiment.toml"
    place = f"{ROOT}/{VILLAGES}"
    experiment.write_text(
        f'schema = 1\nname = "few"\ntitle = "Few"\nscenario = "{place}"\nsessions = 100\nseed = 1\n'
    )
    few = demarche.sweep(demarche.load(experiment, files_below=ROOT), axes)
    assert few.sessions.csv() == run.sessions.csv()
    with pytest.raises(ValueError, match=r"has no \[robustness\]"):
        demarche.sweep(
            "configs/experiments/alaska-2025.toml",
            {"leverage.us_on_ukraine.lowers_reservation_value": [0.0, 0.2]},
        )
    with pytest.raises(ValueError, match=r"has a \[sweep\]"):
        demarche.sweep("configs/experiments/us-pressure.toml", axes)


def test_a_temporary_run_goes_with_the_last_object_that_needs_it():
    run = demarche.batch(VILLAGES, sessions=50)
    folder, sessions = run.path, run.sessions
    assert (folder / "manifest.json").exists()
    del run
    gc.collect()
    assert len(sessions) == 50
    del sessions
    gc.collect()
    assert not folder.parent.exists()


def test_a_run_on_the_disk_is_opened_again(program, tmp_path):
    program("batch", VILLAGES, "--sessions", "100", "--quiet", "--out", tmp_path / "run")
    run = demarche.open(tmp_path / "run")
    assert run.counts["sessions"] == 100
    assert run.report().html == (tmp_path / "run" / "report.html").read_text()
    assert run.sessions.csv() == (tmp_path / "run" / "sessions.csv").read_text()


def test_a_page_is_shown_in_a_notebook_and_saved_as_a_new_file(tmp_path):
    page = demarche.batch(VILLAGES, sessions=50).report()
    assert page._repr_html_().startswith("<iframe srcdoc=")
    place = page.save(tmp_path / "page.html")
    assert place.read_text(encoding="utf-8") == page.html
    with pytest.raises(FileExistsError):
        page.save(place)


def test_copies_of_tables_and_a_workbook_are_written_if_they_are_asked_for(tmp_path):
    demarche.batch(VILLAGES, sessions=50, out=tmp_path / "run", formats=["parquet", "excel"])
    assert (tmp_path / "run" / "sessions.parquet").exists()
    assert (tmp_path / "run" / "tables.xlsx").exists()


def test_a_session_is_the_one_that_the_command_line_plays(program):
    session = demarche.play(VILLAGES, replication=3, seed=9)
    arguments = ["play", VILLAGES, "--replication", "3", "--seed", "9"]
    lines = [json.loads(it) for it in program(*arguments, "--json").stdout.splitlines()]
    assert [*session.events, session.ending] == lines
    assert str(session).strip() in program(*arguments).stdout or session.agreement is not None
    batch = demarche.batch(VILLAGES, sessions=4, seed=9).sessions.rows()[3]
    assert batch["ending"] == session.ending["kind"]
    assert "<iframe" in session._repr_html_()


def test_an_analysis_has_the_tables_of_the_command_line(program, tmp_path):
    printed = program("analyze", VILLAGES, "--draws", "20", "--out", tmp_path / "theirs")
    assert printed.returncode == 0, printed.stderr
    theory = demarche.analyze(VILLAGES, draws=20)
    for name, table in {"solutions": theory.solutions, "frontier": theory.frontier}.items():
        assert table.csv() == (tmp_path / "theirs" / f"{name}.csv").read_text()
    assert theory.frontier.to_polars().height == len(theory.frontier)
