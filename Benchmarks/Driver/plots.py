"""Plots as SVG without anything but text: bars and lines on a transparent ground, for light and dark pages."""

from html import escape
from math import ceil, floor, log10

from table import number

COLORS = ("#2f81f7", "#d1782c", "#3fa34d", "#b35bd6", "#d64b5f", "#1fa7a0", "#8a8f98", "#b59a00")
OURS, LIMIT, PEER = COLORS[0], COLORS[2], COLORS[6]

# Greys that can be read on white and on black, in case the viewer does not know the colour scheme.
STYLE = """<style>
text { font: 12px system-ui, sans-serif; fill: #76808c; }
.title { font-weight: 600; font-size: 14px; }
.grid { stroke: #76808c; stroke-opacity: .3; }
@media (prefers-color-scheme: dark) { text { fill: #c9d1d9; } }
@media (prefers-color-scheme: light) { text { fill: #1f2328; } }
</style>"""


def svg(width, height, parts):
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">\n'
        f"{STYLE}\n{body}\n</svg>\n"
    )


def text(x, y, content, anchor="start", kind=""):
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{style}>{escape(content)}</text>'


def line(x1, y1, x2, y2):
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


class Scale:
    """A logarithmic axis from the power of ten below the values to the one above."""

    def __init__(self, values, start, end):
        self.low, self.high = floor(log10(min(values))), ceil(log10(max(values)) + 1e-9)
        self.high = max(self.high, self.low + 1)
        self.start, self.end = start, end

    def __call__(self, value):
        return self.start + (log10(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self):
        return [10.0**power for power in range(self.low, self.high + 1)]


def bars(title, values, unit):
    """Horizontal bars of (name, value), on a logarithmic scale."""
    values = [(name, value) for name, value in values if value and value > 0]
    if not values:
        return None
    left, width, row = 190, 760, 22
    height = 60 + row * len(values)
    scale = Scale([value for _, value in values], left, width - 90)
    parts = [text(8, 20, f"{title} ({unit}, logarithmic)", kind="title")]
    for tick in scale.ticks():
        parts += [line(scale(tick), 32, scale(tick), height - 22), text(scale(tick), height - 6, number(tick), "middle")]
    for index, (name, value) in enumerate(values):
        y = 36 + row * index
        color = {"ours": OURS, "limit": LIMIT}.get(name, PEER)
        length = max(scale(value) - left, 1)
        parts += [
            text(left - 8, y + 13, name, "end"),
            f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{row - 6}" rx="2" fill="{color}"/>',
            text(left + length + 6, y + 13, number(value)),
        ]
    return svg(width, height, parts)


def lines(title, series, x_title, y_title):
    """Lines through points, on logarithmic scales: {name: [(x, y)]}."""
    series = {name: points for name, points in series.items() if points}
    if not series:
        return None
    width, height, left, right, bottom = 760, 360, 70, 190, 50
    xs = [x for points in series.values() for x, _ in points]
    ys = [y for points in series.values() for _, y in points]
    across, up = Scale(xs, left, width - right), Scale(ys, height - bottom, 40)
    parts = [text(8, 20, f"{title} ({y_title}, logarithmic)", kind="title")]
    for tick in up.ticks():
        parts += [line(left, up(tick), width - right, up(tick)), text(left - 6, up(tick) + 4, number(tick), "end")]
    for tick in across.ticks():
        parts += [
            line(across(tick), 40, across(tick), height - bottom),
            text(across(tick), height - bottom + 16, number(tick), "middle"),
        ]
    parts.append(text((left + width - right) / 2, height - 10, x_title, "middle"))
    peers = iter(COLORS[3:6] + COLORS[1:2] + COLORS[6:])
    for index, (name, points) in enumerate(series.items()):
        color = {"ours": OURS, "limit": LIMIT}.get(name) or next(peers, PEER)
        path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="3" fill="{color}"/>' for x, y in points]
        y = 52 + 20 * index
        parts.append(f'<rect x="{width - right + 16}" y="{y - 9}" width="12" height="10" rx="2" fill="{color}"/>')
        parts.append(text(width - right + 34, y, name))
    return svg(width, height, parts)
