"""Scenarios and experiments: read once, looked at, and changed into others."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from demarche import _demarche
from demarche._progress import Progress, told

#: A file's path.
Path: TypeAlias = str | os.PathLike[str]


@dataclass(frozen=True)
class Option:
    """One way to settle an issue."""

    id: str
    label: str


@dataclass(frozen=True)
class Issue:
    """One thing to be settled."""

    id: str
    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Party:
    """A side with interests; ``config`` is its table in the scenario, with settings carried out."""

    id: str
    label: str
    config: Mapping[str, Any]


@dataclass(frozen=True)
class Source:
    """Something that numbers of the scenario are taken from."""

    id: str
    config: Mapping[str, Any]


@dataclass(frozen=True)
class Number:
    """A number of the scenario: its values, and where it comes from.

    ``basis`` is ``reported``, ``inferred`` or ``assumed``; ``None`` in synthetic scenarios.
    """

    path: str
    least: float
    median: float
    greatest: float
    basis: str | None
    sources: tuple[str, ...]
    note: str | None


@dataclass(frozen=True)
class Claim:
    """A claim of the scenario, and the share of draws in which it holds."""

    id: str
    says: str
    share: float
    at_least: float | None

    @property
    def holds(self) -> bool:
        """Whether the share is as large as the scenario requires, if it requires any."""
        return self.at_least is None or self.share >= self.at_least


class Scenario:
    """A scenario or an experiment, with all files that it is made of.

    Files are read once: the object stays as it is, and every run of it is of the same texts.

    >>> import demarche
    >>> villages = demarche.load("configs/scenarios/two-villages.toml")
    >>> villages
    <Scenario two-villages: 2 parties, 3 issues, 18 outcomes>
    >>> [party.label for party in villages.parties]
    ['Upper village', 'Lower village']
    >>> villages.issues[0].options[1]
    Option(id='shared', label='alternate days')
    """

    def __init__(self, native: _demarche.LoadedScenario) -> None:
        self._native = native
        for it in native.warnings:
            warnings.warn(it, stacklevel=3)

    @property
    def path(self) -> str:
        """The path of its file, as given."""
        return self._native.path

    @property
    def name(self) -> str:
        """A short name, fit for file names."""
        return self._native.name

    @property
    def title(self) -> str:
        """What people read."""
        return self._native.title

    @property
    def sessions(self) -> int:
        """How many sessions a batch has where nobody asks for another number."""
        return self._native.sessions

    @property
    def seed(self) -> int:
        """The master seed where nobody asks for another one."""
        return self._native.seed

    @property
    def settings(self) -> list[str]:
        """What :meth:`set` changed, as ``--set`` of the command line has it."""
        return self._native.settings

    @property
    def config(self) -> dict[str, Any]:
        """The whole configuration as one table, as the manifest of a run has it."""
        config: dict[str, Any] = json.loads(self._native.config)
        return config

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What is to be settled."""

        def options(issue: dict[str, Any]) -> tuple[Option, ...]:
            return tuple(Option(it["id"], it["label"]) for it in issue["options"])

        return tuple(Issue(it["id"], it["label"], options(it)) for it in self.config["issue"])

    @property
    def parties(self) -> tuple[Party, ...]:
        """Who settles it."""
        return tuple(Party(it["id"], it["label"], it) for it in self.config["party"])

    @property
    def sources(self) -> tuple[Source, ...]:
        """What its numbers are taken from; none in synthetic scenarios."""
        return tuple(Source(it["id"], it) for it in self.config.get("source", []))

    @property
    def numbers(self) -> tuple[Number, ...]:
        """Every number with its path, by which :meth:`set` finds it.

        >>> import demarche
        >>> villages = demarche.load("configs/scenarios/two-villages.toml")
        >>> [it.path for it in villages.numbers if it.least < it.greatest]
        ['party.upper.preference.upkeep.utility.halves', 'party.lower.reservation_value']
        """
        return tuple(
            Number(path, *values, basis, tuple(sources), note)
            for path, values, basis, sources, note in self._native.numbers
        )

    def set(self, path: str, value: object) -> Scenario:
        """Return another scenario in which a value is replaced, as ``--set`` does.

        >>> import demarche
        >>> villages = demarche.load("configs/scenarios/two-villages.toml")
        >>> eager = villages.set("party.upper.reservation_value", 0.1)
        >>> eager.settings
        ['party.upper.reservation_value=0.1']
        >>> villages.settings
        []

        Raises ``ValueError`` if there is no such path, or the value cannot stand there.
        """
        return Scenario(self._native.set(f"{path}={toml(value)}"))

    def check(
        self, *, draws: int = 10_000, seed: int | None = None, progress: Progress = False
    ) -> list[Claim]:
        """Measure the scenario's claims over draws of its uncertain numbers.

        >>> import demarche
        >>> for claim in demarche.load("configs/scenarios/two-villages.toml").check(draws=100):
        ...     print(claim.id, claim.holds)
        lower-will-not-lose-both True
        agreement-exists True
        """
        if draws < 1:
            raise ValueError(f"draws: {draws} is not a whole number from 1")
        with told(progress, "draw") as tell:
            measured = self._native.claims(draws, seed, tell)
        return [Claim(id, says, n / draws, least) for id, says, n, least in measured]

    def __repr__(self) -> str:
        outcomes = 1
        for issue in self.issues:
            outcomes *= len(issue.options)
        n_parties, n_issues = len(self.parties), len(self.issues)
        size = f"{n_parties} parties, {n_issues} issues, {outcomes:,} outcomes"
        return f"<Scenario {self.name}: {size}>"


def load(path: Path, *, files_below: Path | None = None) -> Scenario:
    """Read a scenario or an experiment.

    A file can name others below the folder above its own and below the working folder;
    ``files_below`` allows another folder.

    >>> import demarche
    >>> demarche.load("configs/scenarios/two-villages.toml").title
    'Two villages share a well'

    Raises ``ValueError`` with all errors in the files, each with its place and a hint.
    """
    return Scenario(_demarche.LoadedScenario(os.fspath(path), files_below=files_below))


def loads(text: str, *, path: Path = "scenario.toml") -> Scenario:
    """Take a scenario or an experiment from its text, which is said to stand at ``path``.

    Files that it names are found from there.

    >>> import demarche
    >>> text = open("configs/scenarios/two-villages.toml").read()
    >>> demarche.loads(text).name
    'two-villages'
    """
    return Scenario(_demarche.LoadedScenario(os.fspath(path), text=text))


def native(scenario: Scenario | Path) -> _demarche.LoadedScenario:
    """Return what runs are made of: of a path, the scenario there."""
    if not isinstance(scenario, Scenario):
        scenario = load(scenario)
    return scenario._native


def toml(value: object) -> str:
    """Write a value as TOML has it."""
    item = getattr(value, "item", None)
    if callable(item):
        # A number of numpy.
        value = item()
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        entries = (f"{json.dumps(str(key))} = {toml(it)}" for key, it in value.items())
        return "{ " + ", ".join(entries) + " }"
    if isinstance(value, Sequence):
        return "[" + ", ".join(toml(it) for it in value) + "]"
    raise TypeError(f"a value of a scenario cannot be of the type {type(value).__name__}")
