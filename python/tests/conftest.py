"""What the tests of the package share."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VILLAGES = "configs/scenarios/two-villages.toml"


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    """Let paths be those of the documentation."""
    monkeypatch.chdir(ROOT)


@pytest.fixture
def program():
    """Run the program and return what it printed; that of the package if no other is named."""
    path = os.environ.get("DEMARCHE") or shutil.which("demarche")

    def run(*arguments, **options):
        return subprocess.run(
            [path, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, **options
        )

    return run
