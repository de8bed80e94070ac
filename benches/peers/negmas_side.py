"""Plays sessions with NegMAS: reads them as JSON from standard input, prints a JSON list of what came of each.

`mode` is `default` (negotiators as they come, which sort all outcomes in every session) or `tuned` (the sorted
outcomes are kept with the utility function and reused by sessions with the same one; no callbacks).
The processor time of a session is that of the mechanism from its creation on: building the utility functions is
not counted.
"""

import json
import sys
import time
import warnings

warnings.filterwarnings("ignore")

from negmas import LinearAdditiveUtilityFunction, SAOMechanism, make_issue, make_os
from negmas.preferences.value_fun import TableFun
from negmas.sao import BoulwareTBNegotiator, ConcederTBNegotiator

NEGOTIATORS = {"B": BoulwareTBNegotiator, "C": ConcederTBNegotiator}


def utility_functions(space, domain, parties):
    return [
        LinearAdditiveUtilityFunction(
            values=[
                TableFun({option: value * domain["divisor"] for option, value in zip(options, values)})
                for options, values in zip(domain["issues"], party["values"])
            ],
            weights=party["weights"],
            outcome_space=space,
            reserved_value=0.0,
        )
        for party in parties
    ]


def play(space, domain, functions, mode, rounds):
    of_mechanism, of_negotiator = {}, {}
    if mode == "tuned":
        of_mechanism = {"extra_callbacks": False, "sync_calls": True}
        of_negotiator = {"ufun_inverter": lambda it: it.invert(rational_only=True)}
    before = time.process_time()
    mechanism = SAOMechanism(outcome_space=space, n_steps=rounds, **of_mechanism)
    for index, (letter, function) in enumerate(zip(domain["order"], functions)):
        mechanism.add(NEGOTIATORS[letter](name=f"n{index}", **of_negotiator), ufun=function)
    mechanism.run()
    seconds = time.process_time() - before
    agreement = mechanism.agreement
    return {
        "seconds": seconds,
        "rounds": mechanism.state.step,
        "agreement": None if agreement is None else list(agreement),
    }


def main():
    work = json.load(sys.stdin)
    domain, sessions = work["domain"], work["sessions"]
    space = make_os(
        [make_issue(values=options, name=f"i{index}") for index, options in enumerate(domain["issues"])]
    )
    played, last, functions = [], None, None
    for parties in sessions:
        if parties != last:
            last, functions = parties, utility_functions(space, domain, parties)
        played.append(play(space, domain, functions, work["mode"], work["rounds"]))
    json.dump(played, sys.stdout)


if __name__ == "__main__":
    main()
