"""The package brings the command line, with its output, its exit codes and its signals."""

import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from conftest import ROOT, VILLAGES

SCRIPT = shutil.which("demarche", path=os.path.dirname(sys.executable)) or "demarche"


def run(*arguments, **options):
    """Run the package's command line."""
    return subprocess.run(
        [SCRIPT, *map(str, arguments)], capture_output=True, text=True, cwd=ROOT, **options
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["--version"],
        ["--help"],
        ["check", VILLAGES, "--draws", "100"],
        ["play", VILLAGES],
        ["schema"],
        ["batch", "nowhere.toml"],
        ["bach"],
    ],
)
def test_it_prints_what_the_program_prints(arguments, program):
    ours, theirs = run(*arguments), program(*arguments)
    assert (ours.returncode, ours.stdout, ours.stderr) == (
        theirs.returncode,
        theirs.stdout,
        theirs.stderr,
    )


def test_the_package_can_be_run_as_a_module():
    printed = subprocess.run(
        [sys.executable, "-m", "demarche", "--version"], capture_output=True, text=True
    )
    assert printed.stdout.startswith("demarche ")


def test_ctrl_c_ends_it_as_it_ends_the_program(tmp_path):
    arguments = ["batch", VILLAGES, "--sessions", "100000000", "--out", str(tmp_path / "run")]
    process = subprocess.Popen([SCRIPT, *arguments], cwd=ROOT, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "run").exists():
        time.sleep(0.01)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "demarche batch --resume" in err


def test_slurm_scripts_run_the_script_of_the_package(tmp_path):
    printed = run(
        "dist", "slurm", VILLAGES, "--sessions", "20000", "--shards", "2", "--out", tmp_path / "run"
    )
    assert printed.returncode == 0, printed.stderr
    assert SCRIPT in (tmp_path / "run" / "array.sh").read_text()


def test_dask_is_refused_since_nodes_would_receive_a_script(tmp_path):
    arguments = ["--sessions", "20000", "--shards", "2", "--out", tmp_path / "run", "--local", "1"]
    printed = run("dist", "dask", VILLAGES, *arguments)
    assert printed.returncode == 2
    assert "cargo install" in printed.stderr
