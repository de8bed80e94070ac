"""Negotiators of NegMAS at our table; NegMAS has to be installed.

>>> import demarche
>>> from demarche.negmas import as_party
>>> from negmas.sao import BoulwareTBNegotiator
>>> run = demarche.batch(
...     "configs/scenarios/two-villages.toml",
...     sessions=10,
...     parties={"upper": as_party(BoulwareTBNegotiator)},
... )
>>> run.counts["forfeit"]
0
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from negmas.outcomes import make_issue, make_os
from negmas.preferences import MappingUtilityFunction
from negmas.sao import ResponseType, SAOMechanism

from demarche._parties import Turn

__all__ = ["as_party"]


def as_party(negotiator: Callable[..., Any], **arguments: Any) -> Callable[[], Any]:
    """Return what makes a party of a NegMAS negotiator: of its class, with the arguments it takes.

    The negotiator sees the scenario's issues, its own utilities as drawn for the session, and NegMAS's
    relative time, whose step is a round. Others' offers reach it as the current offer of its mechanism.
    """

    def make() -> _NegotiatorParty:
        return _NegotiatorParty(negotiator(**arguments))

    return make


class _Standing(SAOMechanism):  # type: ignore[misc]
    """A mechanism that is never run: it tells its negotiator where the session stands."""

    def stand(self, step: int, offer: tuple[str, ...] | None, proposer: str | None) -> Any:
        state = self._current_state
        state.started = state.running = True
        state.step = step
        state.relative_time = (step + 1) / (self.shared_nmi.n_steps + 1)
        state.current_offer = offer
        state.current_proposer = proposer
        return self.state


class _NegotiatorParty:
    """A NegMAS negotiator in one session."""

    def __init__(self, negotiator: Any) -> None:
        self._negotiator = negotiator

    def begin(self, turn: Turn) -> None:
        issues = [make_issue(options, name) for name, options in turn.issues.items()]
        space = make_os(issues)
        self._names = list(turn.issues)

        worth = {
            it: turn.utility(dict(zip(self._names, it))) for it in space.enumerate_or_sample()
        }
        ufun = MappingUtilityFunction(
            worth, reserved_value=turn.reservation_value, outcome_space=space
        )
        self._mechanism = _Standing(outcome_space=space, n_steps=turn.rounds)
        self._mechanism.add(self._negotiator, ufun=ufun)
        # Somebody has to be there to talk to.
        from negmas.sao import AspirationNegotiator

        self._mechanism.add(AspirationNegotiator(), ufun=ufun)
        state = self._mechanism.stand(0, None, None)
        self._negotiator._on_negotiation_start(state)
        self._heard: Mapping[str, str] | None = None

    def _state(self, turn: Turn, offer: Mapping[str, str] | None) -> Any:
        standing = None if offer is None else tuple(offer[name] for name in self._names)
        proposer = None if offer is None else self._mechanism.negotiator_ids[1]
        return self._mechanism.stand(turn.round - 1, standing, proposer)

    def offer(self, turn: Turn) -> dict[str, str] | None:
        offer = self._negotiator.propose(self._state(turn, self._heard))
        if offer is None:
            return None
        outcome = getattr(offer, "outcome", offer)
        return dict(zip(self._names, outcome))

    def answer(self, turn: Turn, offer: Mapping[str, str]) -> bool | None:
        self._heard = offer
        state = self._state(turn, offer)
        response = self._negotiator.respond(state, self._mechanism.negotiator_ids[1])
        response = getattr(response, "response", response)
        if response == ResponseType.END_NEGOTIATION:
            return None
        return bool(response == ResponseType.ACCEPT_OFFER)
