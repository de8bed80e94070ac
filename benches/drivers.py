"""Puts what `cargo bench --bench sessions -- drivers` measures into docs/performance.md.

usage: python3 benches/drivers.py
"""

import re
import subprocess

from figures import rewrite, rewrite_goal, when_and_where

LINE = re.compile(r"  (.+?) +(\S+) µs each +(\S+) times the plain loop's time \((\S+) to (\S+)\)")


def main():
    command = ["cargo", "bench", "--locked", "--quiet", "--bench", "sessions", "--", "drivers"]
    report = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    print(report, end="")
    lines = ["| sessions | driver | a session | of the plain loop's time: median (lowest–highest) |"]
    lines.append("| --- | --- | --- | --- |")
    found, sessions = {}, None
    for line in report.splitlines():
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


if __name__ == "__main__":
    main()
