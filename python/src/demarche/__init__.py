"""Simulates negotiations between parties with private preferences.

A scenario says what is to be settled, who settles it, what each party wants, and where every one of
those numbers comes from. A session is one negotiation about it. Thousands of sessions show how often
there is an agreement, which one, and who blocks it: figures about the stated assumptions, and no
forecast.

>>> import demarche
>>> villages = demarche.load("configs/scenarios/two-villages.toml")
>>> run = demarche.batch(villages, sessions=1_000, seed=1)
>>> run.counts["sessions"]
1000

``run.sessions``, ``run.parties``, ``run.summary`` and the other tables are taken by pandas, polars and
pyarrow; ``run.report()`` shows the page of the run in a notebook. The same seed gives the same bytes as
the command line ``demarche``, which comes with this package.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from demarche._demarche import RESULTS_VERSION, __version__
from demarche._pages import Page
from demarche._parties import PythonParty, Turn
from demarche._runs import Run, batch, flip, open, robustness, sensitivity, sweep, weigh
from demarche._scenario import (
    Claim,
    Issue,
    Number,
    Option,
    Party,
    Scenario,
    Source,
    load,
    loads,
)
from demarche._sessions import Analysis, Session, analyze, play
from demarche._tables import Table

if TYPE_CHECKING:
    from demarche._environment import Environment


def env(
    scenario: Scenario | str | os.PathLike[str],
    *,
    party: str | Iterable[str] | None = None,
    seed: int | None = None,
) -> Environment:
    """Return a scenario as an environment of PettingZoo, which has to be installed.

    ``party`` is who learns: one party, several, or by default all; the others follow their strategies.
    """
    from demarche._environment import Environment

    return Environment(scenario, party=party, seed=seed)


__all__ = [
    "RESULTS_VERSION",
    "Analysis",
    "Claim",
    "Issue",
    "Number",
    "Option",
    "Page",
    "Party",
    "PythonParty",
    "Run",
    "Scenario",
    "Session",
    "Source",
    "Table",
    "Turn",
    "__version__",
    "analyze",
    "batch",
    "env",
    "flip",
    "load",
    "loads",
    "open",
    "play",
    "robustness",
    "sensitivity",
    "sweep",
    "weigh",
]
