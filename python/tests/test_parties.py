"""Parties may be Python classes: they see their own side only, and the same seed gives the same sessions."""

import json

import pytest
from conftest import VILLAGES

import demarche


class Patient(demarche.PythonParty):
    """Demands ever less, down to what no agreement is worth to it."""

    def least(self, turn):
        over = (turn.round - 1) / max(turn.rounds - 1, 1)
        best = turn.utility(turn.ranked[0])
        return best - (best - turn.reservation_value) * over

    def offer(self, turn):
        return [it for it in turn.ranked if turn.utility(it) >= self.least(turn)][-1]

    def answer(self, turn, offer):
        return turn.utility(offer) >= self.least(turn)


class Random(Patient):
    """Offers anything that it would accept."""

    def offer(self, turn):
        return turn.random.choice([it for it in turn.ranked if turn.accepts(it)])


def test_a_class_answers_for_a_party_whatever_the_number_of_threads():
    runs = [
        demarche.batch(VILLAGES, sessions=300, threads=it, parties={"upper": Random})
        for it in [1, 3]
    ]
    assert runs[0].sessions.csv() == runs[1].sessions.csv()
    assert runs[0].counts["forfeit"] == 0 < runs[0].counts["agreement"]
    strategies = {(it["party"], it["strategy"]) for it in runs[0].parties}
    assert ("upper", "outside") in strategies and ("lower", "outside") not in strategies
    assert runs[0].report().html.startswith("<!doctype html>")


def test_all_parties_may_be_classes_in_any_protocol():
    for file in [VILLAGES, "configs/scenarios/village-council.toml"]:
        scenario = demarche.load(file)
        parties = {it.id: Patient for it in scenario.parties}
        run = demarche.batch(scenario, sessions=30, parties=parties)
        assert run.counts["forfeit"] == 0


def test_a_played_session_is_that_of_the_batch():
    parties = {"upper": Random, "lower": Patient}
    run = demarche.batch(VILLAGES, sessions=8, seed=3, parties=parties)
    for number, row in enumerate(run.sessions):
        session = demarche.play(VILLAGES, replication=number, seed=3, parties=parties)
        assert session.ending["kind"] == row["ending"] and session.ending["round"] == row["round"]
        assert "<iframe" in session._repr_html_()


def test_a_party_sees_its_own_side_and_the_public_rules_only():
    seen = []

    class Curious(Patient):
        def begin(self, turn):
            seen.append(json.dumps(turn._begin))
            assert turn.party == "upper" and turn.parties == ["upper", "lower"]
            assert turn.protocol == "alternating_offers" and turn.rounds == 20
            assert list(turn.issues) == ["well_hours", "upkeep", "second_rope"]

        def end(self, turn, ending):
            seen.append(ending["ending"])

    run = demarche.batch(VILLAGES, sessions=1, draws=True, parties={"upper": Curious})
    begin, ending = seen
    assert ending == run.sessions["ending"][0]
    drawn = run.draws["party.lower.reservation_value"][0]
    assert str(drawn) not in begin and "master" not in begin


def test_what_breaks_the_rules_is_a_forfeit_and_what_is_raised_stops_the_run():
    class Wrong(Patient):
        def offer(self, turn):
            return {"well_hours": "never"}

    class Leaving(Patient):
        def offer(self, turn):
            return None

    class Broken(Patient):
        def offer(self, turn):
            raise LookupError("no idea")

    assert demarche.batch(VILLAGES, sessions=20, parties={"upper": Wrong}).counts["forfeit"] == 20
    assert demarche.batch(VILLAGES, sessions=20, parties={"upper": Leaving}).counts["walkout"] == 20
    for call in [
        lambda: demarche.batch(VILLAGES, sessions=100_000, parties={"upper": Broken}),
        lambda: demarche.play(VILLAGES, parties={"upper": Broken}),
    ]:
        with pytest.raises(LookupError, match="no idea"):
            call()
    with pytest.raises(ValueError, match="there is no party `uper`"):
        demarche.batch(VILLAGES, sessions=10, parties={"uper": Patient})
