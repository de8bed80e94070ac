"""The time of 16 shards on a Dask cluster of two threads, against a batch with two threads.

The merge, which works alike for any engine, is measured again by itself.

Usage: python3 overhead.py PROGRAM FOLDER SESSIONS
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from cluster import Cluster

SCENARIO = "configs/scenarios/alaska-2025.toml"
SHARDS = 16


def seconds_of(command: list[str | Path]) -> float:
    """The time that a command takes."""
    started = time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def main() -> None:
    program, folder, sessions = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]
    what: list[str | Path] = [SCENARIO, "--sessions", sessions, "--no-report", "--quiet"]
    cluster = Cluster(folder)
    try:
        cluster.scheduler()
        cluster.node()
        cluster.node()
        print(f"load before: {os.getloadavg()[0]:.1f}", flush=True)
        threads = seconds_of([program, "batch", *what, "--threads", "2", "--out", folder / "a"])
        print(f"batch with 2 threads: {threads:.1f} s", flush=True)
        plan = folder / "b-shards" / "plan.json"
        engine: list[str | Path] = ["--shards", str(SHARDS), "--scheduler", cluster.address]
        dask = seconds_of([program, "dist", "dask", *what, *engine, "--out", folder / "b"])
        again: list[str | Path] = ["--no-report", "--quiet", "--out", folder / "c"]
        merge = seconds_of([program, "merge", "--manifest", plan, *again])
        print(f"{SHARDS} shards on Dask: {dask - merge:.1f} s, and their merge {merge:.1f} s")
        print(
            f"overhead: {100 * ((dask - merge) / threads - 1):.1f} % and {100 * merge / threads:.1f} %"
        )
        print(f"load after: {os.getloadavg()[0]:.1f}")
    finally:
        cluster.kill_all()


if __name__ == "__main__":
    main()
