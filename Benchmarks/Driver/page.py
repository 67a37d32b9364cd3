"""The page in Docs/benchmarks: the table, what is missing, and plots."""

import plots
import table
from works import POOLS, ROWS


def all_programs(figures, metric):
    row = next(row for row in ROWS if row.metric == metric)
    values = [(name, figures.median(metric, name)) for name in figures.samples.get(metric, {})]
    return sorted(values, key=lambda pair: pair[1], reverse=not row.less)


def charts(figures):
    """The plots by file name: a caption and the SVG, or None if nothing was measured."""
    of = lambda prefix, programs=("ours",): {name: figures.series(prefix, name) for name in programs}
    everybody = ("ours", "limit", *POOLS)
    yield "one-task", "One task that does nothing, worker awake: less is better.", plots.bars(
        "W1 one task", all_programs(figures, "w1.free"), "µs"
    )
    yield "many-tasks", "20,000 tasks, one submit each: more is better.", plots.bars(
        "W2 tasks a second", all_programs(figures, "w2.each"), "/s"
    )
    yield "echo", "Echo of random payloads: more is better.", plots.lines(
        "W3 payload echo", of("w3.random.", everybody), "bytes", "MB/s"
    )
    yield "queues", "Messages of 64 bytes, one sender and one receiver: more is better.", plots.bars(
        "W5 messages a second", all_programs(figures, "w5.one"), "/s"
    )
    yield "threads", "Threads, one submit each: more is better.", plots.bars(
        "W11 tasks a second", all_programs(figures, "w11.each"), "/s"
    )
    yield "growth-workers", "Time of one task as the workers outnumber the cores.", plots.lines(
        "Growth with workers", {"one task of 20,000": figures.series("grow.workers.each.")}, "workers", "µs"
    )
    yield "growth-length", "Time of one task or message as the queue grows.", plots.lines(
        "Growth with the queue",
        {"tasks": figures.series("grow.tasks."), "messages": figures.series("grow.queue.")},
        "in the queue",
        "µs each",
    )
    compression = {
        f"{kind}, {name}": figures.series(f"zstd.{name}.{kind}.") for kind in ("random", "text") for name in ("none", "zstd1")
    }
    yield "compression", "Echo with and without zstd: where the lines cross, compression would begin to pay.", plots.lines(
        "Compression", compression, "bytes", "MB/s"
    )


def write(folder, figures, about, missed, busy=None):
    parts = [
        "# Benchmarks",
        "Written by `make bench`; do not edit. What is measured and how is in [Benchmarks](../../Benchmarks/README.md), what "
        "it means in [performance.md](../performance.md).",
        f"{about['date']}, {about['processor']}, {about['cores']} cores, Linux {about['kernel']}, {about['swift']}, "
        f"{about['c']}, Python {about['python']}, commit {about['commit']}; load before: {about['load before']:.1f}. Medians "
        "of interleaved rounds, ± half of the spread. A ratio below one is good where less is better, above one where more is.",
        table.as_markdown(figures),
    ]
    if about.get("load"):
        parts.append(f"**Beside {about['load']} busy processes of the same priority.**")
    if busy:
        parts += [
            "## On a busy machine",
            "Some works beside so many busy processes of the same priority, with so much time of the cores, or with a lower "
            "priority; all programs of a column under the same condition. Ours, and how many times the limit's and the best "
            "peer's figure of the same run that is.",
            table.busy_as_markdown(figures, busy),
        ]
    if missed:
        parts += ["## Missing", "\n".join(f"- {line}" for line in missed)]
    parts.append("## Plots")
    for name, caption, drawing in charts(figures):
        if drawing:
            (folder / f"{name}.svg").write_text(drawing)
            parts.append(f"![{caption}]({name}.svg)")
    parts += ["## All programs", table.details(figures)]
    growth = figures.series("grow.workers.primes.")
    if growth:
        parts.append(
            "Primes below 2,000,000 by the number of workers: "
            + " · ".join(f"{workers}: {time:.2f} s" for workers, time in growth)
        )
    (folder / "README.md").write_text("\n\n".join(parts) + "\n")
