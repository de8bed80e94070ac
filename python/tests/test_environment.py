"""Scenarios are environments of PettingZoo, with the sessions of the command line."""

import warnings

import numpy
import pytest
from conftest import VILLAGES

import demarche

api_test = pytest.importorskip("pettingzoo.test").api_test

COUNCIL = "configs/scenarios/village-council.toml"


@pytest.mark.parametrize(
    ("scenario", "party"), [(VILLAGES, "upper"), (VILLAGES, None), (COUNCIL, None)]
)
def test_it_passes_the_test_of_pettingzoo(scenario, party):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api_test(demarche.env(scenario, party=party), num_cycles=500)


def play(environment, choose):
    """Play a session, and return the rewards of its agents."""
    environment.reset()
    rewards = {}
    for agent in environment.agent_iter():
        observation, reward, terminated, truncated, info = environment.last()
        if terminated or truncated:
            rewards[agent] = (reward, info)
            environment.step(None)
        else:
            environment.step(choose(environment, agent, observation))
    return rewards


def legal(environment, agent, observation):
    """Choose anything that is legal, but for leaving."""
    mask = observation["action_mask"]
    mask[0][3] = 0
    return environment.action_space(agent).sample(mask=mask)


def test_legal_actions_are_never_a_forfeit_and_rewards_are_surpluses():
    environment = demarche.env(VILLAGES, seed=4)
    endings = set()
    for _ in range(100):
        rewards = play(environment, legal)
        assert set(rewards) == {"upper", "lower"}
        for reward, info in rewards.values():
            endings.add(info["ending"][0])
            assert -1 <= reward <= 1
            assert (reward == 0) or info["agreement"]
    assert "forfeit" not in endings and "agreement" in endings


def test_an_illegal_action_forfeits():
    environment = demarche.env(VILLAGES, party="upper")

    def illegal(environment, agent, observation):
        action = environment.action_space(agent).sample()
        action[0] = numpy.flatnonzero(observation["action_mask"][0] == 0)[0]
        return action

    (_, info) = play(environment, illegal)["upper"]
    assert info["ending"] == ("forfeit", 1)


def test_the_others_do_as_in_a_batch():
    class Greedy(demarche.PythonParty):
        def offer(self, turn):
            return turn.ranked[0]

        def answer(self, turn, offer):
            return turn.utility(offer) >= 0.6

    run = demarche.batch(VILLAGES, sessions=20, seed=2, parties={"upper": Greedy})
    environment = demarche.env(VILLAGES, party="upper", seed=2)
    issues = [len(it.options) for it in demarche.load(VILLAGES).issues]
    n = sum(issues)

    def greedy(environment, agent, observation):
        numbers, (kinds, *_) = observation["observation"], observation["action_mask"]
        utility, worth = numbers[5 + n], numbers[7 + n :]
        if kinds[1] and utility >= 0.6:
            return [1, *(0 for _ in issues)]
        best, begin = [], 0
        for size in issues:
            best.append(int(numpy.argmax(worth[begin : begin + size])))
            begin += size
        return [0, *best]

    for row in run.sessions:
        (_, info) = play(environment, greedy)["upper"]
        assert info["ending"] == (row["ending"], row["round"])


def test_a_party_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="there is no party `uper`"):
        demarche.env(VILLAGES, party="uper")
