"""Faults of a Dask cluster on the loopback interface: a task, a node and the scheduler are killed.

The merged run has the bytes of the run in one go, the missing shards are named meanwhile, and no
complete shard is run twice.

Usage: python3 faults.py PROGRAM FOLDER
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import psutil

from cluster import Cluster, is_alive, kill_with_children

PROGRAM = Path(sys.argv[1])
FOLDER = Path(sys.argv[2])
EXPERIMENT = "configs/scenarios/alaska-2025.toml"
SHARDS = 12
# About a second for each shard.
SESSIONS = os.environ.get("SESSIONS", "18000")

STARTED = time.monotonic()
T = TypeVar("T")


def say(text: str) -> None:
    print(f"{time.monotonic() - STARTED:5.1f} s: {text}", flush=True)


def wait_for(what: str, seek: Callable[[], T | None], seconds: float = 30.0) -> T:
    """What is sought, once it is found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = seek()
        if found:
            return found
        time.sleep(0.05)
    raise SystemExit(f"not seen in {seconds:.0f} s: {what}")


def demarche(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=False)


def shard_of(node: subprocess.Popen[bytes]) -> psutil.Process | None:
    """The process of the shard that a node runs."""
    for process in psutil.Process(node.pid).children(recursive=True):
        try:
            if "shard" in process.cmdline()[1:2]:
                return process
        except psutil.NoSuchProcess:
            pass
    return None


def main() -> None:
    reference = FOLDER / "reference"
    ran = demarche("batch", EXPERIMENT, "--sessions", SESSIONS, "--quiet", "--out", reference)
    assert ran.returncode == 0, ran.stderr
    say("the run in one go is there")

    cluster = Cluster(FOLDER)
    out = FOLDER / "run"
    work = FOLDER / "run-shards"
    plan = work / "plan.json"
    dist: list[str | Path] = [
        *("dist", "dask", EXPERIMENT, "--sessions", SESSIONS, "--shards", str(SHARDS)),
        *("--scheduler", cluster.address, "--out", out),
    ]

    def complete() -> dict[str, tuple[int, int]]:
        """By complete shard, what would differ if it was written again."""
        marks = {it.parent.name: it.stat() for it in work.glob("shard-*/shard.json")}
        return {name: (it.st_ino, it.st_mtime_ns) for name, it in marks.items()}

    try:
        scheduler = cluster.scheduler()
        nodes = [cluster.node(), cluster.node()]
        driver = subprocess.Popen([PROGRAM, *dist], stderr=subprocess.PIPE, text=True)

        task = wait_for("a task on the first node", lambda: shard_of(nodes[0]))
        say(f"kill the task {task.pid} on the first node")
        task.kill()
        wait_for("a complete shard", complete)
        task = wait_for("a task on the second node", lambda: shard_of(nodes[1]))
        say(f"kill the second node: nanny and worker; its task {task.pid} is on its own")
        kill_with_children(nodes[1].pid, spared=task)
        wait_for("the end of a task without a parent", lambda: not is_alive(task), seconds=5)
        n_before = len(complete())
        wait_for("shards of the node that is left", lambda: len(complete()) >= n_before + 2)
        assert driver.poll() is None, "the driver outlives a node"
        wait_for("a task on the first node", lambda: shard_of(nodes[0]))
        say("kill the scheduler")
        scheduler.kill()
        _, printed = driver.communicate(timeout=60)
        assert driver.returncode == 1, (driver.returncode, printed)
        assert "it was ended by signal 9" in printed, printed
        assert not out.exists()

        kept = complete()
        listed = demarche("missing", "--manifest", plan).stdout.strip()
        say(f"{len(kept)} shards are complete; missing: {listed}")
        assert 0 < len(kept) < SHARDS and listed in printed, printed
        refused = demarche("merge", "--manifest", plan, "--out", FOLDER / "early")
        assert refused.returncode == 3 and "missing" in refused.stderr, refused.stderr
        cluster.kill_all()

        say("a new scheduler and two new nodes: the same command again")
        cluster.scheduler()
        cluster.node()
        cluster.node()
        again = demarche(*dist)
        assert again.returncode == 0, again.stderr
        assert re.search(rf"{len(kept)} of {SHARDS} shards are complete", again.stderr), again.stderr
        assert kept.items() <= complete().items(), "a complete shard was written again"
        tables = sorted(reference.glob("*.csv"))
        assert tables
        for table in tables:
            assert table.read_bytes() == (out / table.name).read_bytes(), table.name
        say(f"the same bytes in {len(tables)} tables; no complete shard was run twice")

        finished = demarche(*dist)
        assert finished.returncode == 0, finished.stderr
        assert kept.items() <= complete().items()
        say("the same command once more has nothing to do")
    finally:
        cluster.kill_all()


if __name__ == "__main__":
    main()
