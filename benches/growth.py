"""Measures how the cost of a session grows with the size of the scenario, and draws it.

usage: python3 benches/growth.py DEMARCHE [DIMENSION ...]

Each figure is processor time per session, without start-up, of `batch --threads 1 --no-report` on a scenario that
benches/made_up.py prints; sessions and threads are of the flagship and of two villages. With all dimensions it
writes docs/performance/growth.csv and growth.svg, and the figures and goals of docs/performance.md.
"""

import csv
import os
import shutil
import statistics
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import made_up
from figures import PAGE, rewrite, rewrite_goal, when_and_where
from growth_chart import chart, size_label
from marginal import Marginal, batch

SECONDS = 0.4
TURNS = 3
FOLDER = PAGE.parent / "performance"
FLAGSHIP = PAGE.parent.parent / "configs/scenarios/alaska-2025.toml"
VILLAGES = PAGE.parent.parent / "configs/scenarios/two-villages.toml"

# What threads cannot outdo: programs that share nothing but the machine.
APART = "programs apart"
# What is varied, what stays, and for each line of the chart what it adds.
BY_RULE = {
    "time_dependent": [],
    "trade_off": ["--strategy", 'trade_off = { concession_exponent = "EXPONENT" }'],
}
LONG = ["--rounds", "100", "--protocol", "proposal_and_vote", "--reservation-value", "0.4"]
COUPLED = [*LONG, "--issues", "12", "--options", "4", "--coupled", "10"]
DIMENSIONS = {
    "parties": ([*LONG, "--issues", "10", "--options", "5"], "--parties", [2, 4, 8, 16, 32, 64], BY_RULE),
    "issues": (["--options", "4"], "--issues", [2, 4, 6, 8, 10, 12], BY_RULE),
    "options": (["--issues", "4"], "--options", [2, 4, 8, 16, 32, 64], BY_RULE),
    "rounds": (["--issues", "6", "--options", "4"], "--rounds", [10, 100, 1_000, 10_000, 100_000], BY_RULE),
    "outcomes": (
        ["--options", "10", "--rounds", "20", "--reservation-value", "0.4"],
        "--issues",
        [3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
        {"2 parties": ["--parties", "2"], "5 parties": ["--parties", "5"]},
    ),
    "interactions": (COUPLED, "--interactions", [0, 1, 4, 16, 64, 256], BY_RULE),
    "red lines": (COUPLED, "--red-lines", [0, 1, 2, 4, 8, 16], BY_RULE),
}
# What the axis shows where it is not the argument.
SHOWN = {"outcomes": lambda issues: 10**issues}
LABELS = {
    "parties": "parties",
    "issues": "issues of 4 options",
    "options": "options of each of 4 issues",
    "rounds": "rounds allowed",
    "outcomes": "outcomes",
    "interactions": "interactions of each party",
    "red lines": "red lines of each party",
    "sessions": "sessions of a run",
    "threads": "threads",
}


def seconds_of_a_session(demarche, arguments, folder):
    scenario = folder / "made-up.toml"
    scenario.write_text(made_up.scenario(made_up.size_of(*map(str, arguments))))
    ours = Marginal(demarche, [scenario], folder, SECONDS)
    return statistics.median(ours.seconds_of_a_session() for _ in range(TURNS))


def grown(demarche, dimension, folder):
    """Rows of the table: dimension, line, size, and seconds of a session."""
    fixed, argument, sizes, lines = DIMENSIONS[dimension]
    for name, added in lines.items():
        for size in sizes:
            seconds = seconds_of_a_session(demarche, [*fixed, *added, argument, size], folder)
            yield dimension, name, SHOWN.get(dimension, int)(size), seconds


def by_sessions(demarche, folder):
    """Seconds of whole runs, start-up included."""
    for name, scenario, lengths in [
        ("flagship", FLAGSHIP, [1, 10, 100, 1_000]),
        ("two villages", VILLAGES, [1, 10, 100, 1_000, 10_000, 100_000]),
    ]:
        for sessions in lengths:
            taken = []
            for _ in range(TURNS):
                taken.append(batch(demarche, [scenario], sessions, folder / "run")[0])
                shutil.rmtree(folder / "run")
            yield "sessions", name, sessions, statistics.median(taken)


def idle_share():
    """The share of all processors that nothing used for a second."""

    def ticks():
        used = [int(it) for it in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
        return used[3], sum(used)

    idle, total = ticks()
    time.sleep(1)
    idle_after, total_after = ticks()
    return (idle_after - idle) / (total_after - total)


def by_threads(demarche, folder):
    """Wall seconds of a batch by the number of threads, in turn, if nothing else is running."""
    if idle_share() < 0.9:
        print("skipped: threads, since other programs use the processors")
        return
    n_processors = os.cpu_count() or 1
    for name, scenario, sessions in [("flagship", FLAGSHIP, 10_000), ("two villages", VILLAGES, 200_000)]:
        taken = {threads: [] for threads in range(1, n_processors + 1)}
        apart = []
        for _ in range(5):
            for threads, seconds in taken.items():
                before = time.monotonic()
                batch(demarche, [scenario], sessions, folder / "run", threads)
                seconds.append(time.monotonic() - before)
                shutil.rmtree(folder / "run")
            apart.append(seconds_apart(demarche, scenario, sessions, folder, n_processors))
        for threads, seconds in taken.items():
            yield "threads", name, threads, statistics.median(seconds)
        yield "threads", f"{name}, {APART}", n_processors, statistics.median(apart)


def seconds_apart(demarche, scenario, sessions, folder, n_programs):
    """Wall seconds of the same batch by as many programs at once, of one thread each, that share nothing."""
    before = time.monotonic()
    with ThreadPoolExecutor(n_programs) as pool:
        outs = [folder / f"run-{number}" for number in range(n_programs)]
        list(pool.map(lambda out: batch(demarche, [scenario], sessions, out), outs))
    seconds = time.monotonic() - before
    for out in outs:
        shutil.rmtree(out)
    return seconds / n_programs


def memory_of_rounds(demarche):
    """Bytes of a run of one session of a million rounds at its peak; at least those of this program."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = Path(folder) / "made-up.toml"
        size = ["--issues", "6", "--options", "4", "--rounds", "1000000"]
        scenario.write_text(made_up.scenario(made_up.size_of(*size, *BY_RULE["trade_off"])))
        return batch(demarche, [scenario], 1, Path(folder) / "run")[1]


def figure(number):
    """A number of seconds as people read it."""
    for unit, scale in [("s", 1), ("ms", 1e-3), ("µs", 1e-6)]:
        if number >= scale or unit == "µs":
            return f"{number / scale:.3g} {unit}"


def lines_of(rows):
    """A line of a table per line of the chart."""
    lines = ["| by | of | sizes and times |", "| --- | --- | --- |"]
    series = {}
    for dimension, name, size, seconds in rows:
        series.setdefault((dimension, name), []).append((size, seconds))
    for (dimension, name), points in series.items():
        cells = ", ".join(f"{size_label(size)}: {figure(seconds)}" for size, seconds in points)
        lines.append(f"| {LABELS[dimension]} | {name} | {cells} |")
    return lines


def goals(rows, memory):
    by = {(dimension, name, size): seconds for dimension, name, size, seconds in rows}
    spaces = [by["outcomes", "2 parties", 10**power] for power in range(3, 13)]
    ratios = [after / before for before, after in zip(spaces, spaces[2:])]
    rewrite_goal(
        "outcome spaces from 10³ to 10¹²",
        f"at most × {max(ratios[:-1]):.1f}, × {ratios[-1]:.1f}",
        max(ratios[:-1]) <= 12 and ratios[-1] <= 15,
    )
    largest = by["outcomes", "5 parties", 10**12]
    rewrite_goal("10¹² outcomes, 5 parties", figure(largest), largest < 1)
    many = by["parties", "trade_off", 64]
    rewrite_goal("64 parties, `trade_off`", figure(many), many < 2)
    coupled = by["interactions", "trade_off", 256]
    rewrite_goal("256 interactions of each party, `trade_off`", figure(coupled), coupled < 2)
    rewrite_goal("1,000,000 rounds", f"{memory / 1e6:.0f} MB, the whole run", memory < 20e6)
    if ("threads", "flagship", 2) in by:
        speed_up = by["threads", "flagship", 1] / by["threads", "flagship", 2]
        apart = by["threads", "flagship", 1] / by["threads", f"flagship, {APART}", 2]
        rewrite_goal("two threads, flagship", f"{speed_up:.2f}; two {APART} {apart:.2f}", speed_up >= 1.9)


def main():
    demarche = str(Path(sys.argv[1]).resolve())
    wanted = sys.argv[2:] or [*DIMENSIONS, "sessions", "threads"]
    rows = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for dimension in wanted:
            measure = {"sessions": by_sessions, "threads": by_threads}.get(dimension)
            measured = measure(demarche, folder) if measure else grown(demarche, dimension, folder)
            for row in measured:
                rows.append(row)
                print(row[0], row[1], size_label(row[2]), figure(row[3]), sep="\t", flush=True)
    if sys.argv[2:]:
        return
    FOLDER.mkdir(exist_ok=True)
    with open(FOLDER / "growth.csv", "w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["by", "of", "size", "seconds"])
        table.writerows([dimension, name, size, f"{seconds:.3g}"] for dimension, name, size, seconds in rows)
    # Programs apart are a single point, for the table.
    (FOLDER / "growth.svg").write_text(chart([row for row in rows if APART not in row[1]], LABELS))
    rewrite("growth", [when_and_where(), "", *lines_of(rows)])
    goals(rows, memory_of_rounds(demarche))


if __name__ == "__main__":
    main()
