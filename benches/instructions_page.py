"""Puts the stored instruction counts into docs/performance.md, beside those of an earlier commit."""

from pathlib import Path

from figures import rewrite, rewrite_goal, when_and_where

# At commit e6015af, rustc 1.95.0, x86_64-unknown-linux-gnu; of paths that were measured alike.
BEFORE = {
    "flagship-session": 6_946_623,
    "frontier-78125-outcomes-5-parties": 377_306_798,
    "flagship-weigh-a-draw": 1_375_848,
}


def main():
    compiler, *counts = Path(__file__).with_name("instructions.txt").read_text().splitlines()
    lines = ["| path | at commit e6015af | now | fewer by a factor of |", "| --- | --- | --- | --- |"]
    for name, count in (it.split() for it in counts):
        if name not in BEFORE:
            lines.append(f"| {name} | | {int(count):,} | |")
            continue
        factor = BEFORE[name] / int(count)
        lines.append(f"| {name} | {BEFORE[name]:,} | {int(count):,} | {factor:.2f} |")
        if name == "flagship-session":
            rewrite_goal("the flagship, instructions of a session", f"{factor:.2f} times fewer", factor >= 5)
    rewrite("instructions", [f"{when_and_where()} With {compiler}.", "", *lines])


if __name__ == "__main__":
    main()
