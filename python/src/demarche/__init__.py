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

from demarche._demarche import RESULTS_VERSION, __version__
from demarche._pages import Page
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

__all__ = [
    "RESULTS_VERSION",
    "Analysis",
    "Claim",
    "Issue",
    "Number",
    "Option",
    "Page",
    "Party",
    "Run",
    "Scenario",
    "Session",
    "Source",
    "Table",
    "__version__",
    "analyze",
    "batch",
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
