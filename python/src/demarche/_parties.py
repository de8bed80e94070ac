"""Parties that are Python objects: they answer at the table in place of a strategy."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from demarche import _demarche

#: An option for every issue.
Outcome = Mapping[str, str]


class Turn:
    """What a party knows when it acts: its own side, the public rules, and what was said so far."""

    def __init__(self, begin: dict[str, Any], own: _demarche.OwnSide) -> None:
        self._begin = begin
        self._own = own
        #: The present round, from 1.
        self.round = 1
        #: The offers and answers so far, as transcripts have them.
        self.events: list[dict[str, Any]] = []

    @property
    def party(self) -> str:
        """Which party it is."""
        party: str = self._begin["party"]
        return party

    @property
    def rounds(self) -> int:
        """How many rounds there are."""
        rounds: int = self._begin["rounds"]
        return rounds

    @property
    def session(self) -> int:
        """The number of the session in its run."""
        session: int = self._begin["session"]
        return session

    @property
    def issues(self) -> dict[str, list[str]]:
        """The options of each issue."""
        return {
            issue["issue"]: [option["option"] for option in issue["options"]]
            for issue in self._begin["issues"]
        }

    @property
    def parties(self) -> list[str]:
        """Who negotiates."""
        return [it["party"] for it in self._begin["parties"]]

    @property
    def protocol(self) -> str:
        """The name of the protocol."""
        protocol: str = self._begin["protocol"]
        return protocol

    @property
    def preferences(self) -> dict[str, Any]:
        """The party's own weights, utilities, interactions and red lines, as drawn for the session."""
        preferences: dict[str, Any] = self._begin["preferences"]
        return preferences

    @property
    def reservation_value(self) -> float:
        """What no agreement is worth to the party."""
        return self._own.reservation_value

    def utility(self, outcome: Outcome) -> float:
        """Return what an outcome is worth to the party, from 0 to 1."""
        return self._own.utility(dict(outcome))

    def accepts(self, outcome: Outcome) -> bool:
        """Return whether an outcome is worth no less than none, and crosses no red line."""
        return self._own.accepts(dict(outcome))

    @cached_property
    def ranked(self) -> list[dict[str, str]]:
        """All outcomes, what is best for the party first; for scenarios that are not too large."""
        import itertools

        issues = self.issues
        combinations = itertools.product(*issues.values())
        outcomes = [dict(zip(issues, it)) for it in combinations]
        return sorted(outcomes, key=self.utility, reverse=True)

    @cached_property
    def random(self) -> random.Random:
        """Random numbers that follow from the session's seed and the party alone."""
        return random.Random(int(self._begin["seed"]))


class PythonParty:
    """A party as a class: one object for each session that it is in.

    >>> import demarche
    >>> class Firm(demarche.PythonParty):
    ...     def offer(self, turn):
    ...         return turn.ranked[0]
    ...     def answer(self, turn, offer):
    ...         return turn.utility(offer) > 0.8
    >>> run = demarche.batch(
    ...     "configs/scenarios/two-villages.toml", sessions=20, parties={"upper": Firm}
    ... )
    >>> {it["strategy"] for it in run.parties if it["party"] == "upper"}
    {'outside'}

    ``offer`` returns an option for every issue, or ``None`` to leave; ``answer`` returns whether the
    party accepts, or ``None`` to leave. A class need not be derived from this one.
    """

    def begin(self, turn: Turn) -> None:
        """Join a session."""

    def offer(self, turn: Turn) -> Outcome | None:
        """Return what the party puts forward."""
        raise NotImplementedError

    def answer(self, turn: Turn, offer: Outcome) -> bool | None:
        """Return whether the party accepts an offer."""
        raise NotImplementedError

    def end(self, turn: Turn, ending: Mapping[str, Any]) -> None:
        """Hear how the session ended."""


#: What answers for a party: a class, or any function that returns an object for a session.
PartyMaker = Callable[[], Any]


class _Sessions:
    """The sessions of a party on one thread."""

    def __init__(self, make: PartyMaker) -> None:
        self._make = make
        self._sessions: dict[int, tuple[Any, Turn]] = {}

    def __call__(self, lines: bytes, begun: list[tuple[int, _demarche.OwnSide]]) -> list[str]:
        """Take in the lines of one time, and return a reply for each turn."""
        sides = dict(begun)
        replies: list[str] = []
        for line in lines.splitlines():
            it = json.loads(line)
            session = it["session"]
            if it["message"] == "begin":
                party, turn = self._make(), Turn(it, sides[session])
                self._sessions[session] = party, turn
                _call(party, "begin", turn)
                continue
            party, turn = self._sessions[session]
            if it["message"] == "event":
                turn.events.append(it)
            elif it["message"] == "your_turn":
                turn.round = it["round"]
                replies.append(json.dumps({"session": session, **_action(party, turn, it)}))
            else:
                del self._sessions[session]
                _call(party, "end", turn, it)
        return replies


def _call(party: object, name: str, *arguments: object) -> None:
    """Call a method that a party may have."""
    method = getattr(party, name, None)
    if method is not None:
        method(*arguments)


def _action(party: Any, turn: Turn, asked: dict[str, Any]) -> dict[str, object]:
    """Ask the party, and put its answer into the words of the lines."""
    offer = asked.get("offer")
    if offer is not None:
        accepts = party.answer(turn, offer)
        if accepts is None:
            return {"action": "end"}
        if accepts:
            return {"action": "accept"}
        if "reject" in asked["legal"]:
            return {"action": "reject"}
    outcome = party.offer(turn)
    if outcome is None:
        return {"action": "end"}
    return {"action": "offer", "outcome": {str(key): str(it) for key, it in outcome.items()}}


def makers(parties: Mapping[str, PartyMaker] | None) -> dict[str, Callable[[], _Sessions]]:
    """Return, by party, what makes those who answer for it: one for each thread."""

    def maker(make: PartyMaker) -> Callable[[], _Sessions]:
        return lambda: _Sessions(make)

    return {name: maker(make) for name, make in (parties or {}).items()}
