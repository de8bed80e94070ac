"""A scenario as an environment of PettingZoo: parties that learn, among parties with strategies."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import numpy
from gymnasium import spaces
from pettingzoo import AECEnv

from demarche import _demarche
from demarche._scenario import Scenario, native

_ACTIONS = ["offer", "accept", "reject", "end"]
_ASKED = ["offer", "answer", "accept_or_replace", "vote"]


class Environment(AECEnv):  # type: ignore[misc]
    """Sessions of a scenario, one after another, in which some parties are agents.

    An action is a ``MultiDiscrete``: what the party does (0 offers, 1 accepts, 2 rejects, 3 leaves), and
    an option for every issue, which counts if it offers. ``action_mask`` of an observation says what is
    legal; anything else forfeits the session.

    ``observation`` has numbers from 0 to 1: the share of rounds that is over, what is asked, the options
    of the offer that it is about, what that is worth to the party, what no agreement is worth to it, and
    what every option adds to its utility.

    The reward comes at the end: the utility of the agreement, or of none, less that of none.
    """

    metadata = {"name": "demarche_v1", "render_modes": ["ansi"], "is_parallelizable": False}

    def __init__(
        self,
        scenario: Scenario | str | os.PathLike[str],
        *,
        party: str | Iterable[str] | None = None,
        seed: int | None = None,
    ) -> None:
        super().__init__()
        self._native = native(scenario)
        read = Scenario(self._native)
        every = [it.id for it in read.parties]
        named = [party] if isinstance(party, str) else list(party or every)
        self.possible_agents = [it for it in every if it in named]
        self.agents = list(self.possible_agents)
        self.render_mode = None
        self._rounds = _rounds(read.config)
        self._issues = {issue.id: [it.id for it in issue.options] for issue in read.issues}
        self._sizes = [len(options) for options in self._issues.values()]
        self._seed = self._native.seed if seed is None else seed
        self._replication = 0
        # Names that are not there are refused now.
        self._session = self._begin(named)
        length = 1 + len(_ASKED) + 2 * sum(self._sizes) + 2
        actions = [len(_ACTIONS), *self._sizes]
        mask = spaces.Tuple([spaces.Box(0, 1, (n,), numpy.int8) for n in actions])
        observation = spaces.Box(0.0, 1.0, (length,), numpy.float32)
        self._observations = {
            agent: spaces.Dict({"observation": observation, "action_mask": mask})
            for agent in self.possible_agents
        }
        self._actions = {agent: spaces.MultiDiscrete(actions) for agent in self.possible_agents}

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """Return what an agent sees."""
        return self._observations[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """Return what an agent can do."""
        return self._actions[agent]

    def _begin(self, agents: list[str]) -> _demarche.SteppedSession:
        return _demarche.SteppedSession(self._native, agents, self._replication, self._seed)

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin the next session; with a seed, the first one of that master seed.

        ``options`` can have the session's number, ``replication``.
        """
        if seed is not None:
            self._seed, self._replication = seed, 0
        if options and "replication" in options:
            self._replication = options["replication"]
        self._session = self._begin(self.possible_agents)
        self._replication += 1
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._sides = {agent: self._session.own_side(agent) for agent in self.agents}
        self._worth = {
            agent: numpy.concatenate(self._session.contributions(agent)) for agent in self.agents
        }
        self._turn_to_the_next()
        # The others may have ended it before anybody's first turn.
        self._accumulate_rewards()

    def _turn_to_the_next(self) -> None:
        """Select who acts; at the end, reward all."""
        pending = self._session.pending
        if pending is not None:
            self.agent_selection = pending[0]
            return
        ending = self._session.ending
        utilities = dict(self._session.utilities())
        for agent in self.agents:
            self.rewards[agent] = utilities[agent] - self._sides[agent].reservation_value
            self.terminations[agent] = True
            self.infos[agent] = {"ending": ending, "agreement": self._session.agreement}
        self.agent_selection = self.agents[0]

    def step(self, action: Any) -> None:
        """Act for the selected agent."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        self._cumulative_rewards[agent] = 0.0
        kind, *options = (int(it) for it in action)
        outcome = {
            issue: names[option] for (issue, names), option in zip(self._issues.items(), options)
        }
        self._session.act(_ACTIONS[kind], outcome)
        self._clear_rewards()
        self._turn_to_the_next()
        self._accumulate_rewards()

    def observe(self, agent: str) -> dict[str, Any]:
        """Return what an agent sees."""
        pending = self._session.pending
        is_asked = pending is not None and pending[0] == agent
        ending = self._session.ending
        current = pending[1] - 1 if pending is not None else ending[1] if ending else 0
        asked = numpy.zeros(len(_ASKED))
        offer = numpy.zeros(sum(self._sizes))
        utility = 0.0
        legal = numpy.zeros(len(_ACTIONS), numpy.int8)
        if is_asked and pending is not None:
            _, _, what, about, actions = pending
            asked[_ASKED.index(what)] = 1.0
            for it in actions:
                legal[_ACTIONS.index(it)] = 1
            if about is not None:
                outcome = {}
                begin = 0
                for (issue, names), option in zip(self._issues.items(), about):
                    offer[begin + option] = 1.0
                    outcome[issue] = names[option]
                    begin += len(names)
                utility = self._sides[agent].utility(outcome)
        else:
            # Nothing is asked of it: any sample has to be possible.
            legal[:] = 1
        numbers: list[Any] = [
            [min(current / self._rounds, 1.0)],
            asked,
            offer,
            [utility, self._sides[agent].reservation_value],
            self._worth[agent],
        ]
        observation = numpy.clip(numpy.concatenate(numbers), 0.0, 1.0).astype(numpy.float32)
        mask = (legal, *(numpy.ones(n, numpy.int8) for n in self._sizes))
        return {"observation": observation, "action_mask": mask}

    def render(self) -> str:
        """Return where the session stands, in a line."""
        pending = self._session.pending
        if pending is None:
            return f"{self._session.ending}: {self._session.agreement}"
        party, current, what, *_ = pending
        return f"round {current}: {party} is asked to {what}"

    def close(self) -> None:
        """Nothing is held open."""


def _rounds(config: dict[str, Any]) -> int:
    """Return how many rounds there are."""
    (protocol,) = config["protocol"].values()
    rounds: int = protocol["deadline_rounds"]
    return rounds
