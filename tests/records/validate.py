"""Validates the records of runs: by the validator of RO-Crate, as its profile Process Run Crate asks, and by reading
them with the libraries that others read them with. A record with a fault must be refused.

Needs no network: the terms of RO-Crate come with the package `rocrate`.

Usage: python3 validate.py RUN..."""

import hashlib
import importlib.resources
import json
import pathlib
import shutil
import sys
import tempfile

from rocrate.rocrate import ROCrate
from rocrate_validator import services
from rocrate_validator.models import Severity, ValidationSettings
from rocrate_validator.utils.http import HttpRequester
from runcrate.report import dump_crate_actions

PROFILE = "process-run-crate-0.5"
TERMS = "https://w3id.org/ro/crate/1.1/context"


class Terms:
    """What the validator takes for the web: the terms of RO-Crate, and nothing else."""

    status_code = 200
    headers = {"Content-Type": "application/ld+json"}
    text = (importlib.resources.files("rocrate") / "data" / "ro-crate.jsonld").read_text()

    def get(self, url, **_):
        assert url == TERMS, f"a record needs {url}"
        return self

    def json(self):
        return json.loads(self.text)


def issues(run, severity):
    settings = ValidationSettings(
        rocrate_uri=str(run),
        profile_identifier=PROFILE,
        requirement_severity=severity,
    )
    HttpRequester().session = Terms()
    return [it.message for it in services.validate(settings).get_issues(min_severity=severity)]


def check(run):
    wrong = issues(run, Severity.REQUIRED)
    assert not wrong, (run, wrong)
    crate = ROCrate(run)
    there = {it.name for it in run.iterdir()} - {"ro-crate-metadata.json"}
    described = {it.id.rstrip("/") for it in crate.data_entities}
    assert there == described, there ^ described
    for it in crate.data_entities:
        if it.get("sha256"):
            content = (run / it.id).read_bytes()
            assert hashlib.sha256(content).hexdigest() == it["sha256"], it.id
            assert str(len(content)) == it["contentSize"], it.id
    action = crate.get("#run")
    assert action["instrument"]["name"] == "demarche"
    dump_crate_actions(str(run))
    print(f"{run.name}: {len(described)} files and folders")


def check_refused(run):
    """A record whose action names no program is none of the profile."""
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / "copy"
        shutil.copytree(run, copy)
        path = copy / "ro-crate-metadata.json"
        record = json.loads(path.read_text())
        for it in record["@graph"]:
            it.pop("instrument", None)
        path.write_text(json.dumps(record))
        assert issues(copy, Severity.REQUIRED), "a record without a program was accepted"


def check_recommended(run):
    """Only what the program cannot know is missing: who ran it, and who publishes it."""
    missing = issues(run, Severity.RECOMMENDED)
    unknown = ["agent", "author", "publisher"]
    assert all(any(it in message for it in unknown) for message in missing), missing


runs = [pathlib.Path(it) for it in sys.argv[1:]]
assert runs, __doc__
for run in runs:
    check(run)
check_recommended(runs[0])
check_refused(runs[0])
