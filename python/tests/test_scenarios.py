"""Scenarios are read once, looked at, and changed into others; mistakes are told as on the command line."""

import shutil
import warnings

import pytest
from conftest import ROOT, VILLAGES

import demarche

FLAGSHIP = "configs/scenarios/alaska-2025.toml"


def test_a_scenario_shows_what_is_in_its_file():
    flagship = demarche.load(FLAGSHIP)
    assert {it.id for it in flagship.parties} >= {"ukraine", "russia"}
    assert all(issue.options for issue in flagship.issues)
    known = {it.id for it in flagship.sources}
    assert known and all(set(it.sources) <= known for it in flagship.numbers)
    assert {it.basis for it in flagship.numbers} <= {"reported", "inferred", "assumed"}
    assert all(it.least <= it.median <= it.greatest for it in flagship.numbers)


def test_a_setting_makes_another_scenario_and_leaves_the_first():
    villages = demarche.load(VILLAGES)
    paths = {it.path: it.median for it in villages.numbers}
    eager = villages.set("party.upper.reservation_value", 0.1)
    moved = {it.path: it.median for it in eager.numbers}
    assert moved.pop("party.upper.reservation_value") == 0.1
    assert paths.pop("party.upper.reservation_value") == 0.4
    assert moved == paths


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("party.lower.reservation_value", {"uniform": {"min": 0.1, "max": 0.2}}),
        ("title", 'A "well" and a rope \u2013 \\'),
        ("protocol.alternating_offers.deadline_rounds", 7),
    ],
)
def test_values_of_any_kind_can_be_set(path, value):
    config = demarche.load(VILLAGES).set(path, value).config
    for key in path.split("."):
        if isinstance(config, list):
            config = next(it for it in config if it["id"] == key)
        else:
            config = config.get(key, config.get(key.removesuffix("s")))
    assert config == value


def test_a_scenario_stays_as_it_was_read(tmp_path):
    file = tmp_path / "villages.toml"
    shutil.copy(ROOT / VILLAGES, file)
    villages = demarche.load(file)
    before = demarche.batch(villages, sessions=50).sessions.csv()
    file.write_text("nothing")
    assert demarche.batch(villages, sessions=50).sessions.csv() == before


def test_a_text_is_a_scenario_too():
    text = (ROOT / VILLAGES).read_text()
    run = demarche.batch(demarche.loads(text), sessions=50)
    assert run.sessions.csv() == demarche.batch(VILLAGES, sessions=50).sessions.csv()


def test_claims_are_measured_and_may_fail():
    villages = demarche.load(VILLAGES)
    assert [it.holds for it in villages.check(draws=200)] == [True, True]
    proud = villages.set("party.lower.reservation_value", 0.0)
    failing, figure = proud.check(draws=200)
    assert not failing.holds and failing.at_least == 0.95
    assert figure.at_least is None and figure.holds


MISTAKES = [
    (["batch", "nowhere.toml"], lambda: demarche.batch("nowhere.toml")),
    (
        ["batch", VILLAGES, "--set", "party.upper.reservation_valu=1"],
        lambda: demarche.load(VILLAGES).set("party.upper.reservation_valu", 1),
    ),
    (
        ["batch", VILLAGES, "--set", "party.upper.reservation_value=2.0"],
        lambda: demarche.load(VILLAGES).set("party.upper.reservation_value", 2.0),
    ),
    (["sweep", VILLAGES], lambda: demarche.sweep(VILLAGES)),
    (
        ["batch", "configs/experiments/us-pressure.toml"],
        lambda: demarche.batch("configs/experiments/us-pressure.toml"),
    ),
    (
        ["flip", VILLAGES, "--numbers", "party.uper"],
        lambda: demarche.flip(VILLAGES, numbers="party.uper"),
    ),
    (
        ["robustness", VILLAGES, "--form", "all_toug"],
        lambda: demarche.robustness(VILLAGES, forms=["all_toug"]),
    ),
    (
        ["sensitivity", VILLAGES, "--points", "3"],
        lambda: demarche.sensitivity(VILLAGES, points=3),
    ),
    (
        ["batch", VILLAGES, "--tables", "summary", "--transcripts"],
        lambda: demarche.batch(VILLAGES, tables="summary", transcripts=True),
    ),
    (
        ["weigh", VILLAGES, "nowhere.toml"],
        lambda: demarche.weigh(VILLAGES, ["nowhere.toml"]),
    ),
    (["report", "nowhere"], lambda: demarche.open("nowhere")),
]


@pytest.mark.parametrize(("arguments", "call"), MISTAKES, ids=lambda it: str(it)[:60])
def test_a_mistake_is_told_in_the_words_of_the_command_line(arguments, call, program):
    printed = program(*arguments)
    assert printed.returncode == 2, printed.stderr
    with pytest.raises(ValueError) as raised:
        call()
    told = str(raised.value)
    expected = printed.stderr.strip()
    assert " ".join(expected.removeprefix("error: ").split()) == " ".join(
        told.removeprefix("error: ").split()
    )


def test_a_folder_that_exists_is_left_alone(tmp_path):
    precious = tmp_path / "precious"
    precious.write_text("here")
    for out in [tmp_path, precious]:
        with pytest.raises(ValueError, match="already exists, and runs are never overwritten"):
            demarche.batch(VILLAGES, sessions=10, out=out)
    assert precious.read_text() == "here" and list(tmp_path.iterdir()) == [precious]


@pytest.mark.parametrize(
    "call",
    [
        lambda: demarche.batch(VILLAGES, sessions=0),
        lambda: demarche.batch(VILLAGES, threads=0),
        lambda: demarche.flip(VILLAGES, rate=50),
        lambda: demarche.sensitivity(VILLAGES, method="sobol"),
        lambda: demarche.analyze(VILLAGES, definitions="mine"),
        lambda: demarche.analyze(VILLAGES, draws=0),
        lambda: demarche.weigh(VILLAGES, [], draws=0),
        lambda: demarche.batch(VILLAGES, formats=["json"]),
        lambda: demarche.batch(VILLAGES, tables="rows"),
        lambda: demarche.load(VILLAGES).check(draws=0),
    ],
)
def test_arguments_out_of_range_are_refused(call):
    with pytest.raises(ValueError):
        call()


def test_a_file_may_not_name_files_far_away(tmp_path):
    experiment = tmp_path / "a" / "b" / "experiment.toml"
    experiment.parent.mkdir(parents=True)
    place = ROOT / VILLAGES
    experiment.write_text(
        f'schema = 1\nname = "far"\ntitle = "Far"\nscenario = "{place}"\nsessions = 10\n'
    )
    import os

    os.chdir(tmp_path / "a")
    with pytest.raises(ValueError, match="files-below"):
        demarche.load(experiment)
    assert demarche.load(experiment, files_below=ROOT).title == "Far"


def test_what_is_most_likely_not_meant_is_a_warning():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        demarche.load(VILLAGES)
    assert not caught
