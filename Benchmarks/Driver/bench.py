"""Runs ours, peers and limits side by side, and writes what came out.

    bench.py [--quick] [--load=N] OUTPUT_FOLDER [WORK …]

With --load, N busy processes run beside every program. Without, and if neither works nor --quick are asked for, some
works are measured again on a busy machine.

Each program does one work and prints lines of JSON. The rounds of a work go through all of its programs, so that
whatever disturbs the machine for a while disturbs all of them.
"""

import contextlib
import json
import os
import platform
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import page
import table
from conditions import BUSY, IDLE, loaded, under
from works import BUSY_PEERS, BUSY_WORKS, HERE, WORKS

TIME_LIMIT = 11 * 60  # no second round of anything is begun after this: all is done in less than 15 minutes
BUSY_TIME_LIMIT = 3 * 60  # the same for each condition of a busy machine
RUN_LIMIT = 60  # seconds on a machine with nothing else to do; the longest run of most takes ten
QUICK_KINDS = ("ours", "limit", "swift")


def run(program, prefix=(), load=0):
    """The figures of one run by their names (the last of each counts), and what went wrong, if anything."""
    limit = max(RUN_LIMIT, program.limit) * (1 + load)
    # In a group of its own: a pool that does not end leaves workers behind, which would take the cores from the next ones.
    running = subprocess.Popen(
        [str(part) for part in (*prefix, *program.command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        output, errors = running.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        return {}, f"did not end within {limit} s"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)
        running.wait()
    figures = {}
    for line in output.splitlines():
        if line.startswith("{"):
            figure = json.loads(line)
            figures[figure["metric"]] = figure["value"]
    if running.returncode == 0:
        return figures, None
    return figures, f"exit code {running.returncode}: {(errors.strip().splitlines() or ['no message'])[-1][:200]}"


def missing(program, is_quick):
    """Why a program cannot be run, or None."""
    if is_quick and program.kind not in QUICK_KINDS:
        return "left out by QUICK=1"
    if not program.file.exists():
        return "not installed" if program.kind == "python" else "not built; the build says why"
    return None


def measure(works, is_quick, condition=IDLE, prefix=(), most=5, time_limit=TIME_LIMIT):
    """Runs everything; gives the figures, and the works that are missing by program and reason."""
    figures, absent, begin = table.Figures(), {}, time.monotonic()
    most = min(most, 2) if is_quick else most
    works = [work for work in works if work.is_quick or not is_quick]
    figures.works = {row for work in works for row in work.rows or (work.name,)}
    for step, work in enumerate(works, 1):
        start, is_cut = time.monotonic(), False
        programs = []
        for program in work.programs:
            reason = missing(program, is_quick)
            if reason:
                absent.setdefault((program.name, reason), []).append(work.title)
            else:
                programs.append(program)
        names = ", ".join(program.name for program in programs)
        for turn in range(most):
            is_cut = turn > 0 and time.monotonic() - begin > time_limit
            if is_cut:
                break
            for program in [program for program in programs if turn < program.rounds]:
                found, problem = run(program, prefix, condition.load)
                for metric, value in found.items():
                    figures.add(metric, program.name, value)
                if problem:
                    absent.setdefault((program.name, problem), []).append(work.title)
                    # It would go wrong again, and may take the whole limit for it.
                    programs.remove(program)
        note = " (cut short)" if is_cut else ""
        print(f"[{step}/{len(works)}] {work.title}: {time.monotonic() - start:.0f} s{note}: {names}", flush=True)
    return figures, absent


def measure_busy(conditions, works, is_quick=False):
    """The figures and what is missing under each condition, by its name; some works and peers, fewer rounds."""
    found = {}
    works = [replace(work, programs=tuple(filter(BUSY_PEERS, work.programs))) for work in works if work.name in BUSY_WORKS]
    for condition in conditions:
        print(f"\n{condition.name}:", flush=True)
        try:
            with under(condition) as prefix:
                found[condition.name] = measure(works, is_quick, condition, prefix, 3, BUSY_TIME_LIMIT)
        except OSError as error:
            print(f"left out: {error}", flush=True)
    return found


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""


def machine():
    model = next((l.split(":")[1].strip() for l in open("/proc/cpuinfo") if l.startswith("model name")), "unknown")
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "kernel": platform.release(),
        "swift": output_of("swift", "--version").splitlines()[0] if output_of("swift", "--version") else "",
        "c": output_of("cc", "--version").splitlines()[0] if output_of("cc", "--version") else "",
        "python": platform.python_version(),
        "commit": output_of("git", "-C", str(HERE), "describe", "--always", "--dirty"),
        "load before": os.getloadavg()[0],
    }


def main():
    arguments = sys.argv[1:]
    is_quick = "--quick" in arguments
    load = next((int(argument[7:]) for argument in arguments if argument.startswith("--load=")), None)
    folder, *names = [argument for argument in arguments if not argument.startswith("--")]
    works = [work for work in WORKS if not names or work.name in names]
    about = {**machine(), "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()), "quick": is_quick, "load": load or 0}
    condition = loaded(load or 0)
    with under(condition) as prefix:
        figures, absent = measure(works, is_quick, condition, prefix)
    busy = {} if is_quick or names or load is not None else measure_busy(BUSY, works)
    missed = [f"{program}: {reason} ({', '.join(titles)})" for (program, reason), titles in absent.items()]
    print("\n" + table.as_text(figures))
    if busy:
        print("\n" + table.busy_as_text(figures, busy))
    for line in missed:
        print("missing: " + line)
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    content = {"machine": about, "samples": figures.samples, "missing": missed}
    content["busy"] = {name: found.samples for name, (found, _) in busy.items()}
    (folder / "results.json").write_text(json.dumps(content, indent=1) + "\n")
    page.write(folder, figures, about, missed, busy)
    print(f"written: {folder}/README.md and results.json")


if __name__ == "__main__":
    main()
