"""From figures to medians, and from medians to the table."""

from statistics import median

from works import BUSY_WORKS, ROWS


class Figures:
    """What the programs have printed: for each metric and program, a figure a round."""

    def __init__(self):
        self.samples = {}  # metric -> program -> [value]
        self.works = None  # the names of those that were to be measured; None for all

    def is_shown(self, row):
        """Whether a row belongs to a work that was to be measured; it is shown even if nothing came of that."""
        return self.works is None or row.metric.split(".")[0] in self.works

    def add(self, metric, program, value):
        self.samples.setdefault(metric, {}).setdefault(program, []).append(value)

    def median(self, metric, program):
        samples = self.samples.get(metric, {}).get(program)
        return median(samples) if samples else None

    def spread(self, metric, program):
        """Half of the distance from the least to the greatest, as a share of the median."""
        samples = self.samples[metric][program]
        middle = median(samples)
        return (max(samples) - min(samples)) / 2 / middle if middle else 0.0

    def peers(self, metric):
        """The medians of all but ours and the limit."""
        return [(name, self.median(metric, name)) for name in self.samples.get(metric, {}) if name not in ("ours", "limit")]

    def series(self, prefix, program="ours"):
        """The medians of metrics that end in a number, as pairs with that number."""
        found = [(int(m[len(prefix) :]), self.median(m, program)) for m in self.samples if m.startswith(prefix)]
        return sorted(pair for pair in found if pair[1] is not None)


def number(value):
    """Three digits, with k and M for what is big."""
    if value is None:
        return "–"
    for factor, suffix in ((1e6, " M"), (1e3, " k")):
        if abs(value) >= 10 * factor or (factor == 1e6 and abs(value) >= factor):
            return f"{value / factor:.3g}{suffix}"
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def ratio(ours, other):
    return "–" if not other or ours is None else f"{number(ours / other)} ×"


def result_of(row, figures):
    """A row's figures by name, and whether its target is met: yes, no, or unknown (None)."""
    ours, limit = figures.median(row.metric, "ours"), figures.median(row.metric, "limit")
    best = row.best(figures.peers(row.metric))
    peer = best[1] if best else None
    met = None if ours is None or row.meets is None else row.meets(ours, peer, limit)
    return {"ours": ours, "peer": peer, "peer_name": best[0] if best else None, "limit": limit, "met": met}


HEADINGS = ("work", "ours", "best peer", "limit", "ours/best peer", "ours/limit", "target", "met")


def cells(row, figures):
    result = result_of(row, figures)
    ours = f"{number(result['ours'])} {row.unit}"
    if result["ours"] is not None:
        ours += f" ±{figures.spread(row.metric, 'ours') * 100:.0f} %"
    peer = "–" if result["peer"] is None else f"{number(result['peer'])} ({result['peer_name']})"
    met = {True: "yes", False: "no", None: "" if not row.target else "?"}[result["met"]]
    return (
        row.title,
        ours,
        peer,
        number(result["limit"]),
        ratio(result["ours"], result["peer"]),
        ratio(result["ours"], result["limit"]),
        row.target,
        met,
    )


def table(figures):
    return [cells(row, figures) for row in ROWS if figures.is_shown(row)]


def as_text(figures):
    lines = [HEADINGS, *table(figures)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def as_markdown(figures):
    lines = ["| " + " | ".join(HEADINGS) + " |", "|---|" + "---:|" * 5 + "---|---|"]
    lines += ["| " + " | ".join(line) + " |" for line in table(figures)]
    return "\n".join(lines)


def busy_cell(row, figures):
    """Ours under one condition, and how it compares with the limit and the best peer of the same run."""
    result = result_of(row, figures)
    if result["ours"] is None:
        return "–"
    against = [("limit", result["limit"]), (result["peer_name"], result["peer"])]
    ratios = [f"{number(result['ours'] / value)} × {name}" for name, value in against if value]
    return f"{number(result['ours'])} {row.unit}" + (f" ({', '.join(ratios)})" if ratios else "")


def busy_table(idle, busy):
    """One line a row of the works that were measured on a busy machine, one column a condition; headings first."""
    conditions = {"idle": idle, **{name: figures for name, (figures, _) in busy.items()}}
    lines = [("work", *conditions, "target, 8 busy", "met")]
    for row in ROWS:
        if row.metric.split(".")[0] not in BUSY_WORKS:
            continue
        met = ""
        if row.busy_meets:
            result = result_of(row, conditions["8 busy"]) if "8 busy" in conditions else {"ours": None}
            is_met = None if result["ours"] is None else row.busy_meets(result["ours"], result["peer"], result["limit"])
            met = {True: "yes", False: "no", None: "?"}[is_met]
        lines.append((row.title, *(busy_cell(row, figures) for figures in conditions.values()), row.busy_target, met))
    return lines


def busy_as_text(idle, busy):
    lines = busy_table(idle, busy)
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip() for line in lines)


def busy_as_markdown(idle, busy):
    headings, *lines = busy_table(idle, busy)
    marks = "|---|" + "---:|" * (len(headings) - 3) + "---|---|"
    return "\n".join(["| " + " | ".join(headings) + " |", marks, *("| " + " | ".join(line) + " |" for line in lines)])


def details(figures):
    """The medians and spreads of all programs, one line a row."""
    lines = ["| work | all programs: median ± half of the spread |", "|---|---|"]
    for row in filter(figures.is_shown, ROWS):
        programs = figures.samples.get(row.metric, {})
        order = sorted(programs, key=lambda name: figures.median(row.metric, name), reverse=not row.less)
        shown = [
            f"{name} {number(figures.median(row.metric, name))} ± {figures.spread(row.metric, name) * 100:.0f} %"
            for name in order
        ]
        lines.append(f"| {row.title} ({row.unit}) | {' · '.join(shown) or 'not measured'} |")
    return "\n".join(lines)
