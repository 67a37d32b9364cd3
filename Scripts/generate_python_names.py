#!/usr/bin/env python3
"""Writes the names that py-multitasking has and this package spells otherwise, each unavailable with the name to use.

Whoever types a Python name then reads what it is called here, instead of "has no member". `make generate` runs it.
"""

import pathlib
import re
import subprocess

OUTPUT = pathlib.Path(__file__).resolve().parent.parent / "Sources/MultitaskingSessions/Support/PythonNames.swift"

HEADER = """// Written by Scripts/generate_python_names.py; change that, and run `make generate`.
//
// The names of py-multitasking 0.1.1 that are spelled otherwise here. None of them can be called: the compiler says
// what to write instead.

"""

# For each type: Python's name, a parameter list for methods (None for properties), and the name here.
NAMES = {
    "TaskManager": [
        ("global_context", None, "context"),
        ("global_input_queue", None, "context"),
        ("global_output_queue", None, "context"),
        ("global_cancel_event", None, "context"),
        ("create_queue", "_ size: Int = 0", "executor.makeChannel(capacity:)"),
        ("create_event", "", "executor.makeCancelSignal()"),
    ],
    "TaskSession": [
        ("is_name_available", "_ name: String", "isNameAvailable(_:)"),
        ("get_task", "_ name: String", "task(named:)"),
        ("get_tasks", "", "tasks"),
        ("remove_task", "_ name: String", "removeTask(_:)"),
        ("clear_tasks", "", "clearTasks()"),
        ("all_done", None, "allDone"),
        ("any_done", None, "anyDone"),
        ("done_tasks", None, "doneTasks"),
        ("session_input_queue", None, "context"),
        ("session_output_queue", None, "context"),
        ("session_cancel_event", None, "context"),
        ("wait_for_all", "timeout: Double? = nil", "waitForAll(timeout:returnWhen:rest:)"),
        ("done_results", "", "doneResults()"),
        ("cancel_all", "with_cancel_event_set: Bool = true", "cancelAll(settingCancelEvent:force:)"),
        ("cancelAll", "withCancelEventSet: Bool", "cancelAll(settingCancelEvent:force:)"),
    ],
    "PoolTask": [
        ("submitted", None, "isSubmitted"),
        ("done", None, "isDone"),
        ("cancelled", None, "isCancelled"),
        ("running", None, "isRunning"),
        ("result_or_none", "", "resultOrNil()"),
        ("cancel", "withCancelEventSet: Bool", "cancel(settingCancelEvent:force:)"),
        ("write_input", "_ element: Any", "writeInput(_:wait:join:)"),
        ("read_output", "", "readOutput(as:wait:taskDone:)"),
        ("read_output_until_empty", "", "readOutputUntilEmpty(as:wait:taskDone:)"),
    ],
    "TaskResult": [
        ("exception", None, "error"),
        ("timeout", None, "isTimedOut"),
        ("cancelled", None, "isCancelled"),
        ("successful", None, "isSuccessful"),
    ],
    "QueueContext": [
        ("has_input_queue", None, "hasInputQueue"),
        ("has_output_queue", None, "hasOutputQueue"),
        ("has_cancel_event", None, "hasCancelEvent"),
        ("is_cancel_event_set", None, "isCancelEventSet"),
    ],
    "TaskSideContext": [
        ("read_input", "", "readInput(as:wait:taskDone:)"),
        ("read_input_until_empty", "", "readInputUntilEmpty(as:wait:taskDone:)"),
        ("write_output", "_ element: Any", "writeOutput(_:wait:join:)"),
    ],
    "ParentSideContext": [
        ("set_cancel_event", "", "setCancelEvent()"),
        ("clear_cancel_event", "", "clearCancelEvent()"),
        ("write_input", "_ element: Any", "writeInput(_:wait:join:)"),
        ("read_output", "", "readOutput(as:wait:taskDone:)"),
        ("read_output_until_empty", "", "readOutputUntilEmpty(as:wait:taskDone:)"),
    ],
    "Scopes": [
        ("Null", "static", "null"),
        ("Global", "static", "global"),
        ("Session", "static", "session"),
        ("PerTask", "static", "perTask"),
    ],
}


def camel(name):
    return re.sub(r"_(\w)", lambda match: match.group(1).upper(), name)


def declaration(name, parameters, new):
    attribute = f'/// The py-multitasking name for `{new}`.\n@available(*, unavailable, message: "write {new}")\n'
    if parameters is None:
        return attribute + f"public var {name}: Int {{ 0 }}\n"
    if parameters == "static":
        return attribute + f"public static var {name}: Self {{ .null }}\n"
    return attribute + f"public func {name}({parameters}) -> Int {{ 0 }}\n"


def main():
    blocks = []
    for extended, names in NAMES.items():
        lines = []
        for name, parameters, new in names:
            here = new.split("(")[0]
            for spelling in dict.fromkeys([name, camel(name)]):
                # A method of another parameter list may share the name that is used here; a property may not.
                if spelling != here or (parameters and "withCancelEventSet" in parameters):
                    lines.append(declaration(spelling, parameters, new))
        blocks.append(f"extension {extended} {{\n" + "\n".join(lines) + "}\n")
    OUTPUT.write_text(HEADER + "\n".join(blocks))
    subprocess.run(["swift", "format", "--in-place", str(OUTPUT)], check=True)


if __name__ == "__main__":
    main()
