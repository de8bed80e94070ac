"""Runs: batches, sweeps and studies, and what comes of them."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Iterable, Mapping
from typing import Any

from demarche import _demarche
from demarche._pages import Page
from demarche._parties import PartyMaker, makers
from demarche._progress import Progress, told
from demarche._scenario import Path, Scenario, native, toml
from demarche._tables import Table


class _TableOfRun:
    """A table of a run, by the name of the attribute."""

    def __init__(self, one_row_per: str) -> None:
        self.__doc__ = f"The table with one row per {one_row_per}."

    def __set_name__(self, owner: type[Run], name: str) -> None:
        self._name = name

    def __get__(self, run: Run | None, owner: type[Run] | None = None) -> Table:
        if run is None:
            # What documentation tools look at.
            return self  # type: ignore[return-value]
        try:
            return run.table(self._name)
        except KeyError as error:
            raise AttributeError(error.args[0]) from error


class Run:
    """A finished run: its tables, its manifest and its page.

    A run without ``out`` lives in a temporary folder, which is removed with the last object that needs
    it. With ``out`` its folder stays, and is that of the command line.

    >>> import demarche
    >>> run = demarche.batch("configs/scenarios/two-villages.toml", sessions=200, seed=7)
    >>> run
    <Run: batch of two-villages, 200 sessions>
    >>> run.counts["sessions"]
    200
    >>> "summary" in run.tables
    True
    """

    sessions = _TableOfRun("session")
    parties = _TableOfRun("session and party")
    offers = _TableOfRun("event of a session")
    draws = _TableOfRun("session")
    replies = _TableOfRun("reply of a party from outside")
    summary = _TableOfRun("metric, or metric and party")
    options = _TableOfRun("issue and option")
    agreements = _TableOfRun("distinct agreement, or cell with too many")
    failures = _TableOfRun("reason for which examined sessions have no agreement")
    red_lines = _TableOfRun("red line")
    blockers = _TableOfRun("party")
    rounds = _TableOfRun("round with agreements")
    surpluses = _TableOfRun("party and range of surplus")
    strategies = _TableOfRun("party and strategy")
    offer_utilities = _TableOfRun("party and round that examined sessions reach")
    cells = _TableOfRun("cell of a sweep")
    effects = _TableOfRun("cell of a sweep and metric")
    robustness = _TableOfRun("form of the model")
    sensitivity = _TableOfRun("metric, factor and measure")
    form_levels = _TableOfRun("dimension of the form of the model and level")
    boxes = _TableOfRun("box and its limits")
    flips = _TableOfRun("number moved")
    flip_curves = _TableOfRun("number moved and shift")
    plans = _TableOfRun("cell, plan, completion and party")
    changes = _TableOfRun("cell, plan, completion and change of one issue")
    amendments = _TableOfRun("cell, plan and distinct nearest amendment")
    points = _TableOfRun("session of a study")

    def __init__(self, native: _demarche.KeptRun) -> None:
        self._native = native

    @property
    def path(self) -> pathlib.Path:
        """The folder of the run."""
        return pathlib.Path(self._native.path)

    @property
    def manifest(self) -> dict[str, Any]:
        """What makes the run repeatable: its seed, its files, its settings and its configuration."""
        manifest: dict[str, Any] = json.loads(self._native.manifest)
        return manifest

    @property
    def counts(self) -> dict[str, int]:
        """Sessions by ending: ``agreement``, ``deadline``, ``walkout``, ``forfeit``, and all."""
        counts: dict[str, int] = self.manifest["counts"]
        return counts

    @property
    def tables(self) -> list[str]:
        """The names of the tables that the run has."""
        return self._native.tables

    def table(self, name: str) -> Table:
        """Return a table by its name; tables are attributes too."""
        return Table(self._native.table(name))

    def report(self) -> Page:
        """Return the page of the run, as the command line writes it.

        >>> import demarche
        >>> run = demarche.batch("configs/scenarios/two-villages.toml", sessions=100)
        >>> run.report().html.startswith("<!doctype html>")
        True
        """
        return Page(self._native.report())

    def __repr__(self) -> str:
        manifest = self.manifest
        what = f"{manifest['verb']} of {manifest['name']}"
        n_sessions = manifest["counts"]["sessions"]
        sessions = f", {n_sessions:,} sessions" if n_sessions else ""
        cells = f" in {manifest['cells']:,} cells" if manifest["cells"] > 1 else ""
        partial = "" if manifest["complete"] else ", interrupted"
        return f"<Run: {what}{sessions}{cells}{partial}>"


def _execution(
    seed: int | None,
    threads: int | None,
    out: Path | None,
    report: bool | None,
    formats: Iterable[str],
    tell: object,
) -> dict[str, object]:
    """Put together how a run is executed and kept."""
    return {
        "seed": seed,
        "threads": threads,
        "out": None if out is None else os.fspath(out),
        "report": report,
        "formats": [formats] if isinstance(formats, str) else list(formats),
        "progress": tell,
    }


def batch(
    scenario: Scenario | Path,
    *,
    sessions: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    out: Path | None = None,
    tables: str | Iterable[str] = ("sessions", "parties"),
    transcripts: bool = False,
    distances: bool = False,
    draws: bool = False,
    parties: Mapping[str, PartyMaker] | None = None,
    formats: Iterable[str] = (),
    report: bool | None = None,
    progress: Progress = False,
) -> Run:
    """Run many sessions of one scenario.

    The arguments mean what those of ``demarche batch`` mean, and the tables have the same bytes.
    ``out`` names a folder that must not exist; ``report`` says whether the page is written into the
    folder, by default if ``out`` is given. ``formats`` can have ``parquet`` and ``excel``.
    ``parties`` are classes that answer for parties, see :class:`PythonParty`; what they raise stops
    the run, and what breaks the rules is a forfeit.

    >>> import demarche
    >>> run = demarche.batch("configs/scenarios/two-villages.toml", sessions=100, seed=1)
    >>> sum(it["ending"] == "agreement" for it in run.sessions) == run.counts["agreement"]
    True

    Raises ``ValueError`` where the command line reports wrong input, in the same words, and
    ``KeyboardInterrupt`` after Ctrl-C; a run with ``out`` can then be resumed on the command line.
    """
    return _sessions(
        native(scenario),
        is_sweep=False,
        content=_content(sessions, tables, transcripts, distances, draws),
        parties=parties,
        execution=_execution(seed, threads, out, report, formats, None),
        progress=progress,
    )


def sweep(
    scenario: Scenario | Path,
    axes: Mapping[str, Iterable[object]] | None = None,
    *,
    sessions: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    out: Path | None = None,
    tables: str | Iterable[str] = ("sessions", "parties"),
    transcripts: bool = False,
    distances: bool = False,
    draws: bool = False,
    parties: Mapping[str, PartyMaker] | None = None,
    formats: Iterable[str] = (),
    report: bool | None = None,
    progress: Progress = False,
) -> Run:
    """Run many sessions in each cell of a sweep: that of an experiment, or one along ``axes``.

    Each axis is a path with its values; the cells are all combinations, on common random numbers, and
    ``effects`` has their paired differences from the first.

    >>> import demarche
    >>> axes = {"protocol.alternating_offers.deadline_rounds": [2, 5, 20]}
    >>> run = demarche.sweep("configs/scenarios/two-villages.toml", axes, sessions=100)
    >>> run
    <Run: sweep of two-villages-sweep, 300 sessions in 3 cells>
    >>> run.cells["protocol.alternating_offers.deadline_rounds"]
    [2.0, 5.0, 20.0]
    """
    of = native(scenario)
    if axes is not None:
        of = of.swept([(path, toml(list(values))) for path, values in axes.items()])
    return _sessions(
        of,
        is_sweep=True,
        content=_content(sessions, tables, transcripts, distances, draws),
        parties=parties,
        execution=_execution(seed, threads, out, report, formats, None),
        progress=progress,
    )


def _content(
    sessions: int | None,
    tables: str | Iterable[str],
    transcripts: bool,
    distances: bool,
    draws: bool,
) -> dict[str, object]:
    """Put together what a batch or a sweep runs and writes."""
    return {
        "sessions": sessions,
        "tables": tables if isinstance(tables, str) else ",".join(tables) or "summary",
        "transcripts": transcripts,
        "distances": distances,
        "draws": draws,
    }


def _sessions(
    scenario: _demarche.LoadedScenario,
    *,
    is_sweep: bool,
    content: dict[str, object],
    parties: Mapping[str, PartyMaker] | None,
    execution: dict[str, object],
    progress: Progress,
) -> Run:
    with told(progress, "session") as tell:
        execution["progress"] = tell
        return Run(_demarche.run_sessions(scenario, is_sweep, content, makers(parties), execution))


def sensitivity(
    scenario: Scenario | Path,
    *,
    method: str | None = None,
    points: int | None = None,
    numbers: Iterable[str] = (),
    interactions: Iterable[str] = (),
    forms: bool | None = None,
    draws: bool = False,
    seed: int | None = None,
    threads: int | None = None,
    out: Path | None = None,
    formats: Iterable[str] = (),
    report: bool | None = None,
    progress: Progress = False,
) -> Run:
    """Study which numbers, sources and assumptions the result depends on.

    ``method`` is ``saltelli`` or ``morris``; ``numbers`` are bases such as ``assumed``, paths, or
    beginnings of paths; ``interactions`` are those of which each pair is studied too; ``forms`` also
    varies the form of the model; ``draws`` adds ``points``.

    >>> import demarche
    >>> study = demarche.sensitivity("configs/scenarios/two-villages.toml", points=32)
    >>> "sensitivity" in study.tables
    True
    """
    with told(progress, "session") as tell:
        execution = _execution(seed, threads, out, report, formats, tell)
        names = (_names(numbers), _names(interactions))
        arguments = (method, points, *names, forms, draws, execution)
        return Run(_demarche.sensitivity(native(scenario), *arguments))


def flip(
    scenario: Scenario | Path,
    *,
    rate: float = 0.5,
    numbers: Iterable[str] = (),
    sessions: int = 1_000,
    seed: int | None = None,
    threads: int | None = None,
    out: Path | None = None,
    formats: Iterable[str] = (),
    report: bool | None = None,
    progress: Progress = False,
) -> Run:
    """Search for the smallest change of a number that makes the share of deals cross ``rate``.

    ``rate`` is a share, 0.5 for half of the sessions. Without ``numbers``, every party's reservation
    value is moved.

    >>> import demarche
    >>> demarche.flip("configs/scenarios/two-villages.toml", sessions=100).flips.columns[0]
    'number'
    """
    with told(progress, "session") as tell:
        execution = _execution(seed, threads, out, report, formats, tell)
        arguments = (rate, _names(numbers), sessions, execution)
        return Run(_demarche.flip(native(scenario), *arguments))


def robustness(
    scenario: Scenario | Path,
    *,
    forms: Iterable[str] = (),
    sessions: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
    out: Path | None = None,
    formats: Iterable[str] = (),
    report: bool | None = None,
    progress: Progress = False,
) -> Run:
    """Try other forms of the model: how far the result depends on rounds, strategies and rules.

    ``forms`` are dimensions such as ``rounds``, or single forms such as ``all_tough``.

    >>> import demarche
    >>> study = demarche.robustness(
    ...     "configs/scenarios/two-villages.toml", forms=["rounds"], sessions=50
    ... )
    >>> len(study.robustness) > 1
    True
    """
    with told(progress, "session") as tell:
        execution = _execution(seed, threads, out, report, formats, tell)
        return Run(_demarche.robustness(native(scenario), sessions, _names(forms), execution))


def weigh(
    scenario: Scenario | Path,
    plans: Iterable[Path] | Mapping[str, Mapping[str, str]],
    *,
    draws: int = 10_000,
    seed: int | None = None,
    threads: int | None = None,
    out: Path | None = None,
    formats: Iterable[str] = (),
    report: bool | None = None,
    progress: Progress = False,
) -> Run:
    """Weigh plans: who would accept them, and what would have to change.

    ``plans`` are files, or by name the option of each issue that a plan settles.

    >>> import demarche
    >>> days = {"alternate-days": {"well_hours": "shared", "upkeep": "halves"}}
    >>> weighed = demarche.weigh("configs/scenarios/two-villages.toml", days, draws=100)
    >>> weighed.plans["plan"][0]
    'alternate-days'
    """
    if isinstance(plans, Mapping):
        texts = [(f"{name}.toml", _plan(name, options)) for name, options in plans.items()]
    elif isinstance(plans, str | os.PathLike):
        texts = [(os.fspath(plans), None)]
    else:
        texts = [(os.fspath(it), None) for it in plans]
    with told(progress, "draw") as tell:
        execution = _execution(seed, threads, out, report, formats, tell)
        return Run(_demarche.weigh(native(scenario), texts, draws, execution))


def _plan(name: str, options: Mapping[str, str]) -> str | None:
    """Write a plan as its file has it."""
    lines = [f"{toml(issue)} = {toml(option)}" for issue, option in options.items()]
    return "\n".join(["schema = 1", f"name = {toml(name)}", "[options]", *lines, ""])


def _names(names: Iterable[str]) -> list[str]:
    """Return a list of names; one name alone is meant as one."""
    return [names] if isinstance(names, str) else list(names)


def open(folder: Path) -> Run:
    """Open the folder of a finished run on the disk.

    >>> import demarche, tempfile
    >>> folder = tempfile.mkdtemp() + "/run"
    >>> made = demarche.batch("configs/scenarios/two-villages.toml", sessions=100, out=folder)
    >>> demarche.open(folder).summary.csv() == made.summary.csv()
    True
    """
    return Run(_demarche.open_run(os.fspath(folder)))
