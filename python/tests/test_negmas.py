"""Negotiators of NegMAS sit at our table, and agree on what they agree on in NegMAS's own mechanism."""

import pytest
from conftest import VILLAGES

import demarche

pytest.importorskip("negmas")

from negmas.outcomes import make_issue, make_os  # noqa: E402
from negmas.preferences import MappingUtilityFunction  # noqa: E402
from negmas.sao import (  # noqa: E402
    BoulwareTBNegotiator,
    ConcederTBNegotiator,
    LinearTBNegotiator,
    NaiveTitForTatNegotiator,
    SAOMechanism,
    ToughNegotiator,
)

from demarche.negmas import as_party  # noqa: E402

SESSIONS = 100


def drawn_by(make, sides, party):
    """The same party, which also keeps what it wants in each session."""

    def of_session():
        sitting = make()
        begin = sitting.begin

        def keeping(turn):
            worth = {tuple(it.values()): turn.utility(it) for it in turn.ranked}
            sides.setdefault(turn.session, {})[party] = (worth, turn.reservation_value, turn.issues)
            begin(turn)

        sitting.begin = keeping
        return sitting

    return of_session


def by_negmas(kind, sides, rounds):
    """The agreement of NegMAS's own mechanism."""
    (_, _, issues) = sides["upper"]
    space = make_os([make_issue(options, name) for name, options in issues.items()])
    mechanism = SAOMechanism(outcome_space=space, n_steps=rounds)
    for party, negotiator in [("upper", kind()), ("lower", LinearTBNegotiator())]:
        worth, reserved, _ = sides[party]
        ufun = MappingUtilityFunction(
            {it: worth[it] for it in space.enumerate_or_sample()},
            reserved_value=reserved,
            outcome_space=space,
        )
        mechanism.add(negotiator, ufun=ufun)
    return mechanism.run().agreement


@pytest.mark.parametrize(
    "kind",
    [
        BoulwareTBNegotiator,
        LinearTBNegotiator,
        ConcederTBNegotiator,
        ToughNegotiator,
        NaiveTitForTatNegotiator,
    ],
)
def test_agreements_are_those_of_negmas(kind):
    sides = {}
    parties = {
        "upper": drawn_by(as_party(kind), sides, "upper"),
        "lower": drawn_by(as_party(LinearTBNegotiator), sides, "lower"),
    }
    run = demarche.batch(VILLAGES, sessions=SESSIONS, threads=1, parties=parties)
    assert run.counts["forfeit"] == 0
    issues = [it.id for it in demarche.load(VILLAGES).issues]
    ours = [
        None
        if row["ending"] != "agreement"
        else tuple(row[f"agreed_{issue}"] for issue in issues)
        for row in run.sessions
    ]
    theirs = [by_negmas(kind, sides[session], 20) for session in range(SESSIONS)]
    assert ours == theirs
    # One that never gives way agrees with nobody who needs it to.
    assert kind is ToughNegotiator or sum(it is not None for it in ours) > SESSIONS / 2
