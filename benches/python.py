"""Measures the Python package: the size of its wheel, the time of its import, and the processor time of a
batch from Python against the command line's, in turn; rewrites docs/python.md.

usage: python3 benches/python.py PROGRAM PYTHON WHEEL

PYTHON is one that has the package, such as that of a virtual environment.
"""

import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from figures import PAGE, rewrite, when_and_where

SCENARIO = "configs/scenarios/alaska-2025.toml"
SESSIONS = 8000
PAIRS = 5
IMPORTS = 21

IMPORT = "import time; t = time.perf_counter(); import demarche; print(time.perf_counter() - t)"
BATCH = f"""
import demarche, sys
demarche.batch({SCENARIO!r}, sessions={SESSIONS}, seed=1, threads=1, out=sys.argv[1], report=False)
"""


def processor_seconds(command):
    before = os.times()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def main():
    program, python, wheel = sys.argv[1:]
    size = pathlib.Path(wheel).stat().st_size / 1e6
    times = [float(subprocess.check_output([python, "-c", IMPORT])) for _ in range(IMPORTS)]
    options = ["--sessions", str(SESSIONS), "--seed", "1", "--threads", "1", "--quiet", "--no-report"]
    ratios, ours, theirs = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(PAIRS):
            of_program = [program, "batch", SCENARIO, *options, "--out", f"{folder}/program-{number}"]
            of_python = [python, "-c", BATCH, f"{folder}/python-{number}"]
            theirs.append(processor_seconds(of_program))
            ours.append(processor_seconds(of_python))
            ratios.append(ours[-1] / theirs[-1])
    middle = statistics.median(ratios)
    lines = [
        when_and_where(),
        "",
        "| what | goal | measured |",
        "| --- | --- | --- |",
        f"| size of the wheel | below 15 MB | {size:.1f} MB |",
        f"| `import demarche`, median of {IMPORTS} | below 0.3 s | {statistics.median(times):.3f} s |",
        f"| processor time of `batch` from Python, of the command line's: {SESSIONS:,} sessions of the "
        f"flagship on one thread, interpreter and import included, median of {PAIRS} pairs | at most "
        f"1.03 | {middle:.3f} ({min(ratios):.3f}–{max(ratios):.3f}) |",
    ]
    rewrite("python", lines, PAGE.with_name("python.md"))
    print("\n".join(lines))
    print(f"{statistics.median(ours):.2f} s against {statistics.median(theirs):.2f} s")


if __name__ == "__main__":
    main()
