"""Puts what `cargo bench --bench sessions` measures of drivers and of strategies into docs/performance.md.

usage: python3 benches/drivers.py
"""

import re
import subprocess

from figures import rewrite, rewrite_goal, when_and_where

OFFERS = re.compile(r"  (\w+) = .+?(\S+) µs each +(\S+) times the first's time \((\S+) to (\S+)\)")
LINE = re.compile(r"  (.+?) +(\S+) µs each +(\S+) times the plain loop's time \((\S+) to (\S+)\)")


def bench(name):
    command = ["cargo", "bench", "--locked", "--quiet", "--bench", "sessions", "--", name]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(report, end="")
    return report.splitlines()


def strategies():
    lines = ["| all parties with | a session | of the first's time: median (lowest–highest) |", "| --- | --- | --- |"]
    for match in filter(None, map(OFFERS.fullmatch, bench("offers"))):
        name, each, middle, low, high = match.groups()
        lines.append(f"| `{name}` | {each} µs | **{middle}** ({low}–{high}) |")
        if name in ("nice_tit_for_tat", "expected_utility"):
            rewrite_goal(f"`{name}`", f"{middle} ({low}–{high})", float(middle) <= 5)
    rewrite("strategies", [when_and_where(), "", *lines])


def main():
    strategies()
    lines = ["| sessions | driver | a session | of the plain loop's time: median (lowest–highest) |"]
    lines.append("| --- | --- | --- | --- |")
    found, sessions = {}, None
    for line in bench("drivers"):
        if match := LINE.fullmatch(line):
            driver, each, *ratios = match.groups()
            found[sessions, driver] = [float(it) for it in ratios]
            middle, low, high = ratios
            lines.append(f"| {sessions} | {driver} | {each} µs | **{middle}** ({low}–{high}) |")
        else:
            sessions = re.sub(r", \d+ rounds of .*", "", line)
    rewrite("drivers", [when_and_where(), "", *lines])
    for sessions, goal in [("flagship", 1.08), ("2 parties, 27 outcomes", 1.5)]:
        middle, low, high = found[sessions, "actors, 16 in flight"]
        rewrite_goal(f"actors, {sessions}", f"{middle:.2f} ({low:.2f}–{high:.2f})", middle <= goal)
    for sessions in ["2 parties, 27 outcomes", "5 parties, 78,125 outcomes"]:
        middle, low, high = (1 / it for it in found[sessions, "by hand"])
        rewrite_goal(f"the plain loop, {sessions}", f"{middle:.2f} ({high:.2f}–{low:.2f})", middle <= 1.2)
    rewrite("driver-bounds", bounds(found))


def bounds(found):
    """A table of what drivers take at the least, as the sum of parts that were measured by themselves."""
    lines = ["| what | of the time of | goal | at the least | measured |", "| --- | --- | --- | --- | --- |"]
    for sessions, goal in [("flagship", 1.08), ("5 parties, 78,125 outcomes", None), ("2 parties, 27 outcomes", 1.5)]:
        part = {driver: ratios[0] for (of, driver), ratios in found.items() if of == sessions}
        least = part["16 sessions in turn"] + part["messages alone"]
        measured = part["actors, 16 in flight"]
        lines.append(f"| actors, {sessions} | the plain loop | {goal or ''} | {least:.2f} | {measured:.2f} |")
    for sessions in ["5 parties, 78,125 outcomes", "2 parties, 27 outcomes"]:
        part = {driver: ratios[0] for (of, driver), ratios in found.items() if of == sessions}
        heard = part["set-up, hearing, reports"] - part["set-up alone"]
        least = (part["by hand"] + heard) / part["by hand"]
        lines.append(f"| the plain loop, {sessions} | by hand | 1.2 | {least:.2f} | {1 / part['by hand']:.2f} |")
    return lines


if __name__ == "__main__":
    main()
