"""Puts measured figures into docs/performance.md or another page, each at the place that its name marks."""

import platform
import re
import subprocess
from datetime import date
from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def rewrite(name, lines, page=PAGE):
    """Replaces what stands between `<!-- figures: NAME -->` and `<!-- end -->`."""
    text = page.read_text()
    block = re.compile(rf"(<!-- figures: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    body = "\n".join(lines)
    renewed, found = block.subn(lambda it: f"{it[1]}\n{body}\n\n{it[2]}", text)
    assert found == 1, f"{page} has no place for {name}"
    page.write_text(renewed)


def rewrite_goal(what, measured, is_met):
    """Replaces the last two cells of the row of the table of goals that begins with this cell."""
    text = PAGE.read_text()
    row = re.compile(rf"^(\| {re.escape(what)} \|.*\|)[^|]*\|[^|]*\|$", re.MULTILINE)
    verdict = "yes" if is_met else "no"
    renewed, found = row.subn(lambda it: f"{it[1]} {measured} | {verdict} |", text)
    assert found == 1, f"{PAGE} has no goal {what}"
    PAGE.write_text(renewed)


def when_and_where():
    """A sentence: what was measured, when, and on which machine; of the work tree as it is."""

    def said(*command):
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()

    version = re.search(r'^version = "(.*)"', (PAGE.parent.parent / "Cargo.toml").read_text(), re.MULTILINE)[1]
    commit = said("git", "rev-parse", "--short", "HEAD")
    changed = " with changes" if said("git", "status", "--short", "src", "crates", "Cargo.lock") else ""
    rustc = " ".join(said("rustc", "--version").split()[:2])
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    processor = models[0] if models else platform.machine()
    return (
        f"Measured on {date.today().isoformat()}: demarche {version} at commit {commit}{changed}, {rustc}, "
        f"Python {platform.python_version()}, {len(models)} cores of {processor}."
    )


def spread_of(numbers):
    """The lowest and the highest, to three digits."""
    low, high = (f"{it:.3g}" if it < 1000 else f"{it:,.0f}" for it in (min(numbers), max(numbers)))
    return low if low == high else f"{low}–{high}"
