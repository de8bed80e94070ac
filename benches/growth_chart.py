"""Draws how costs grow: a panel for each dimension, both axes logarithmic, as one SVG."""

import math
from html import escape

WIDTH, HEIGHT, COLUMNS = 320, 230, 3
LEFT, RIGHT, TOP, BOTTOM = 58, 14, 34, 46
COLORS = ["#1f5fa8", "#b5501b", "#3b7d3a"]
UNITS = [(1, "s"), (1e-3, "ms"), (1e-6, "µs")]
# What a panel shows that is not the time of a session.
TIMES = {"sessions": ": time of the run", "threads": ": wall time of a run"}


def chart(rows, labels):
    """The SVG of rows of dimension, line, size and seconds."""
    panels = {}
    for dimension, name, size, seconds in rows:
        panels.setdefault(dimension, {}).setdefault(name, []).append((size, seconds))
    n_rows = math.ceil(len(panels) / COLUMNS)
    width, height = WIDTH * COLUMNS, HEIGHT * n_rows
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="11" fill="#222">',
        "<title>The time of a session by the size of the scenario</title>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    for index, (dimension, lines) in enumerate(panels.items()):
        x, y = WIDTH * (index % COLUMNS), HEIGHT * (index // COLUMNS)
        parts.append(f'<g transform="translate({x} {y})">')
        parts += panel(labels[dimension] + TIMES.get(dimension, ""), lines)
        parts.append("</g>")
    return "\n".join([*parts, "</svg>"]) + "\n"


def panel(title, lines):
    # A size of 0 has no logarithm: it stands where half of the least other size would.
    sizes = sorted({size for points in lines.values() for size, _ in points})
    least = next(it for it in sizes if it > 0)
    place = lambda size: math.log10(size if size > 0 else least / 2)
    seconds = [it for points in lines.values() for _, it in points]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))
    first, last = place(sizes[0]), place(sizes[-1])
    x = lambda size: LEFT + (WIDTH - LEFT - RIGHT) * (place(size) - first) / (last - first)
    y = lambda power: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (power - low) / (high - low)
    parts = [f'<text x="{LEFT}" y="18" font-weight="bold">{escape(title)}</text>']
    for power in range(low, high + 1):
        at = f"{y(power):.1f}"
        parts.append(f'<path d="M{LEFT} {at}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at}" dy="4" text-anchor="end">{time_label(power)}</text>')
    edge = -math.inf
    for size in sizes:
        at, text = x(size), size_label(size)
        half = 3.2 * len(text)
        if at - half > edge:
            parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{text}</text>')
            edge = at + half
    for index, (name, points) in enumerate(lines.items()):
        color = COLORS[index]
        dots = [(x(size), y(math.log10(it))) for size, it in points]
        path = "L".join(f"{a:.1f} {b:.1f}" for a, b in dots)
        parts.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="2.5" fill="{color}"/>' for a, b in dots]
        at = LEFT + 120 * index
        parts.append(f'<circle cx="{at + 4}" cy="{HEIGHT - 14}" r="4" fill="{color}"/>')
        parts.append(f'<text x="{at + 12}" y="{HEIGHT - 10}">{escape(name)}</text>')
    return parts


def time_label(power):
    for scale, unit in UNITS:
        if 10**power >= scale * 0.999 or unit == "µs":
            return f"{10**power / scale:g} {unit}"


def size_label(size):
    """A size as people read it: great powers of ten as such."""
    power = len(str(size)) - 1
    if size >= 10_000 and size == 10**power:
        return "10" + str(power).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"{size:,}"
