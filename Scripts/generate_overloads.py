#!/usr/bin/env python3
"""Writes the overloads of `submit` and `map`.

The language cannot express "a function that may be `async`, may return nothing, and may take a context first" as one generic
function, so each combination is an overload of its own. They differ only in what the tables below say. `make generate`
writes them; the result is committed, and CI checks that it is what this script writes.
"""

import itertools
import pathlib
import subprocess
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent / "Sources"

HEADER = """// Written by Scripts/generate_overloads.py; change that, and run `make generate`.

"""

# How each overload says, in one line, what it takes.
SUBMIT_EXAMPLE = {
    "Executor": ("`try pool.submit(findPrimes, 1..<1_000)`", "`try pool.submit(21) { $0 * 2 }`"),
    "TaskSession": ('`session.submit("a", findPrimes, 1..<100)`', '`session.submit("b", 21) { $0 * 2 }`'),
}

SESSION_CONTRACT = """
Returns at once, unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of submission.
- Parameters:
  - name: the task's name, not empty and unique in the session.
  - scopes: which queues and which event the task gets, and with whom it shares them.
- Returns: the session, so that calls can be chained.
- Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if the scopes ask for a queue or event
  that the session or manager was made without; `alreadyDestroyed`; and what the executor's `submit` throws. What the
  function throws is in the task's result.
"""

MANAGER_CONTRACT = """
The tasks are named `prefix` and 0, 1, 2, … in a new session. Several sequences are zipped: the function gets one element
of each, until the shortest has ended.
- Returns: the session, with every task submitted.
- Throws: what `TaskSession.submit` throws; what was submitted before is then cancelled.
"""

EXECUTOR_CONTRACT = """
Returns at once; ask the future for the result. Calls start in the order of submission.
- Throws: as ``submit(_:options:)`` does.
"""

MAP_CONTRACT = """
Neighbouring elements form one task, a *chunk*, so that passing them costs little beside calling the function. Each element
has its own result: a call that throws does not keep the others of its chunk from being called.

If a worker dies, the element that it was processing gets the error. The elements of its chunk that come later are run
elsewhere, and so are the earlier ones, **whose calls had returned but not arrived**: their side effects happen twice. Where
that matters, pass a `chunkSize` of 1. Time limits, retries after a crash and cancellation apply to a chunk.

Without a `chunkSize`, each worker gets about 16 chunks, so that a slow one delays the others by no more than a sixteenth of
its share; a chunk has 4,096 elements at most.
- Parameters:
  - chunkSize: how many elements form one task, at least 1.
  - elements: all of them are encoded and queued at once; the pool must have room for them and for the results.
- Returns: a handle; ask it for `results()` or `values()`.
- Throws: `invalidArgument`, also for retries after errors, since errors are results here; what ``submit(_:options:)``
  throws. What the function throws is not thrown here.
"""

SHARED = "Arguments and results need only be `Sendable`: they are shared, not copied.\n"
OCCUPIES = "It occupies its worker until it has returned."


class Shape:
    """One kind of function."""

    def __init__(self, is_async, has_context, returns_nothing):
        self.is_async, self.has_context, self.returns_nothing = is_async, has_context, returns_nothing

    @property
    def type_name(self):
        return (
            ("Async" if self.is_async else "")
            + ("Context" if self.has_context else "")
            + ("VoidFunction" if self.returns_nothing else "ValueFunction")
        )

    @property
    def dependent_type_name(self):
        return ("Async" if self.is_async else "") + "Dependent" + ("VoidFunction" if self.returns_nothing else "ValueFunction")

    def function_type(self, arguments):
        parameters = ("TaskContext, " if self.has_context else "") + arguments
        effects = "async throws" if self.is_async else "throws"
        result = "Void" if self.returns_nothing else "Output"
        return f"@autoclosure @escaping @Sendable () -> @Sendable ({parameters}) {effects} -> {result}"

    def words(self, noun):
        """For example "an `async` closure that takes the task's context first and returns nothing"."""
        text = ("an `async` " if self.is_async else "a ") + noun
        details = []
        if self.has_context:
            details.append("takes the task's context first")
        if self.returns_nothing:
            details.append("returns nothing")
        return text + (" that " + " and ".join(details) if details else "")

    @property
    def is_plain(self):
        return not (self.is_async or self.has_context or self.returns_nothing)


def shapes(contexts=True, voids=True):
    for is_async, has_context, returns_nothing in itertools.product([False, True], repeat=3):
        if (contexts or not has_context) and (voids or not returns_nothing):
            yield Shape(is_async, has_context, returns_nothing)


# What marks a line that stays as it is.
CODE = "\0"


def paragraphs(text):
    """The paragraphs and list items of a text, each in one line with its indentation; empty lines stay."""
    result = []
    is_code = False
    for line in text.rstrip("\n").split("\n"):
        stripped = line.lstrip()
        if stripped.startswith("```") or is_code:
            is_code ^= stripped.startswith("```")
            result.append(CODE + line)
            continue
        begins = (not stripped or stripped.startswith("- ") or not result or not result[-1].strip()
                  or result[-1].startswith(CODE))
        if begins:
            result.append(line)
        else:
            result[-1] += " " + stripped
    return result


def documentation(first, rest=""):
    lines = [first]
    for paragraph in paragraphs(rest) if rest else []:
        indentation = " " * (len(paragraph) - len(paragraph.lstrip()))
        hanging = indentation + ("  " if paragraph.lstrip().startswith("- ") else "")
        # 120 columns less the indentation of a member and the slashes.
        lines += [paragraph[len(CODE):]] if paragraph.startswith(CODE) else textwrap.wrap(
            paragraph, 112, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False) or [""]
    return "".join(("/// " + line).rstrip() + "\n" for line in lines)


def overload(doc, attributes, name, generics, parameters, result, where, body, effects=" throws"):
    clause = f"<{', '.join(generics)}>" if generics else ""
    where = f" where {where}" if where else ""
    lines = "".join(f"{attribute}\n" for attribute in attributes)
    return f"{doc}{lines}public func {name}{clause}(\n{', '.join(parameters)}\n){effects} -> {result}{where} {{\n{body}\n}}\n"


def positions(function_label="body"):
    """By its name, with the arguments after it; as a trailing closure, with the arguments before it."""
    yield "function", lambda options, function, arguments: [f"_ function: {function}", *options, arguments]
    yield "closure", lambda options, function, arguments: [*options, arguments, f"{function_label}: {function}"]


def first_sentence(shape, noun, verb_rest, example):
    return f"Runs {shape.words(noun)}{verb_rest}" + (f": {example}." if shape.is_plain else ".")


def variable(noun):
    return "function" if noun == "function" else "body"


# The tables: one function for each receiver.


def executor_submit(noun, order):
    for shape in shapes(contexts=False):
        rest = EXECUTOR_CONTRACT if shape.is_plain else ("\n" + OCCUPIES if shape.is_async else "")
        yield overload(
            documentation(first_sentence(shape, noun, " in a worker", SUBMIT_EXAMPLE["Executor"][noun == "closure"]), rest),
            ["@inlinable"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "submit",
            ["each Argument: Portable"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            order(["options: TaskOptions = .default"], shape.function_type("repeat each Argument"),
                  "_ arguments: repeat each Argument"),
            "Future<Void>" if shape.returns_nothing else "Future<Output>",
            "",
            f"try submit(Invocation({shape.type_name}({variable(noun)}), ArgumentList(repeat each arguments)), options: options)",
        )


EVERYWHERE_CONTRACT = """
It runs before the worker's next task; a worker that is busy finishes its task first. Workers that come later make the call
before their first task, and drop what it returns; but not if it has thrown, or has ended a worker.
- Returns: a future for each worker that there is, in the order of their numbers.
- Throws: as the requirement of the protocol does.
"""


def executor_everywhere(noun, order):
    for shape in shapes(contexts=False):
        example = ("`try pool.everywhere(modelVersion)`", "`try pool.everywhere { modelVersion() }`")[noun == "closure"]
        yield overload(
            documentation(first_sentence(shape, noun, " once in every worker", example),
                          EVERYWHERE_CONTRACT if shape.is_plain else ""),
            ["@discardableResult"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "everywhere",
            ["each Argument: Portable"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            order([], shape.function_type("repeat each Argument"), "_ arguments: repeat each Argument"),
            "[Future<Void>]" if shape.returns_nothing else "[Future<Output>]",
            "",
            f"try everywhere(Invocation({shape.type_name}({variable(noun)}), ArgumentList(repeat each arguments)))",
        )


DEPENDENT_CONTRACT = """
The task starts when all of the futures have a value; a future may be of another pool. Where the backend can, values do not
pass through the client. Returns at once, and blocks no thread. A task can depend on earlier ones alone, so there are no
cycles.

If one of the futures fails or is cancelled, the new task never starts, and fails with `dependencyFailed`, whose cause is
that error. Cancelling the new task does not cancel those that it waits for.
- Throws: as ``submit(_:options:)`` does; what can only be known later is the future's failure.
"""


# At least one, so that a call without arguments is not one of these.
DEPENDENCIES = "resultsOf first: Future<First>, _ others: repeat Future<each Other>"


def executor_dependent_submit(noun, order):
    example = ("`try pool.submit(merge, resultsOf: a, b)`", "`try pool.submit(resultsOf: a, b) { $0 + $1 }`")[noun == "closure"]
    for shape in shapes(contexts=False):
        first = first_sentence(shape, noun, " in a worker, with the results of others", example)
        rest = DEPENDENT_CONTRACT if shape.is_plain else ("\n" + OCCUPIES if shape.is_async else "")
        yield overload(
            documentation(first, rest),
            ["@inlinable"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "submit",
            ["First: Portable", "each Other: Portable"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            order(["options: TaskOptions = .default"], shape.function_type("First, repeat each Other"),
                  DEPENDENCIES),
            "Future<Void>" if shape.returns_nothing else "Future<Output>",
            "",
            f"try submitDependent({shape.dependent_type_name}({variable(noun)}), options, first, repeat each others)",
        )


def thread_pool_dependent_submit(noun, order):
    for shape in shapes(contexts=False, voids=False):
        first = first_sentence(
            shape, noun, " in a thread, with the results of others", "`try pool.submit(merge, resultsOf: a, b)`"
            if noun == "function" else "`try pool.submit(resultsOf: a, b) { $0 + $1 }`")
        rest = "\n" + SHARED + DEPENDENT_CONTRACT.lstrip("\n") if shape.is_plain else "\nIt occupies its thread until it has returned."
        call = ("try await " if shape.is_async else "try ") + f"{variable(noun)}()(value, repeat each values.values)"
        body = f"try environment.wait {{ {call} }}" if shape.is_async else call
        yield overload(
            documentation(first, rest),
            ["@_disfavoredOverload"] if noun == "closure" else [],
            "submit",
            ["First: Sendable", "each Other: Sendable", "Output: Sendable"],
            order(["options: TaskOptions = .default"], shape.function_type("First, repeat each Other"),
                  DEPENDENCIES),
            "Future<Output>",
            "",
            f"try submitDependent(options, first, repeat each others) {{ value, values, {'environment' if shape.is_async else '_'} in\n{body}\n}}",
        )


def thread_pool_submit(noun, order):
    for shape in shapes(contexts=False, voids=False):
        rest = ("\nReturns at once; ask the future for the result. " + SHARED + "- Throws: as ``submit(_:options:)`` does.\n"
                if shape.is_plain else "\nIt occupies its thread until it has returned.")
        call = f"{variable(noun)}"
        body = (
            f"try submit(options: options) {{ environment in\n"
            f"try environment.wait {{ try await {call}()(repeat each arguments) }}\n}}"
            if shape.is_async else f"try enqueue(FunctionCall({call}, repeat each arguments), options)"
        )
        yield overload(
            documentation(first_sentence(shape, noun, " in a thread", SUBMIT_EXAMPLE["Executor"][noun == "closure"]), rest),
            ["@inlinable"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "submit",
            ["each Argument: Sendable", "Output: Sendable"],
            order(["options: TaskOptions = .default"], shape.function_type("repeat each Argument"),
                  "_ arguments: repeat each Argument"),
            "Future<Output>",
            "",
            body,
        )


def session_submit(noun, order):
    for shape in shapes():
        rest = SESSION_CONTRACT if shape.is_plain else ("\n" + OCCUPIES if shape.is_async else "")
        label = "row" if shape.has_context else "arguments"
        values = "(repeat each arguments)" if shape.has_context else "ArgumentList(repeat each arguments)"
        yield overload(
            documentation(first_sentence(shape, noun, " as a task", SUBMIT_EXAMPLE["TaskSession"][noun == "closure"]), rest),
            ["@discardableResult"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "submit",
            ["each Argument: Portable"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            ["_ name: String"]
            + order(["scopes: Scopes = .null", "options: TaskOptions = .default"], shape.function_type("repeat each Argument"),
                    "_ arguments: repeat each Argument"),
            "Self",
            "",
            f"try add(name, scopes, options, {shape.type_name}({variable(noun)}), {label}: {values})\nreturn self",
        )


def in_process_call(shape, noun, context, environment, packed):
    arguments = ("context, " if shape.has_context else "") + f"repeat each {packed}.values"
    call = f"{variable(noun)}()({arguments})"
    return f"try {environment}.wait {{ try await {call} }}" if shape.is_async else f"try {call}"


def closure_parameters(shape):
    return ("context" if shape.has_context else "_") + ", " + ("environment" if shape.is_async else "_")


def thread_session_submit(noun, order):
    for shape in shapes(voids=False):
        rest = "\n" + SHARED + SESSION_CONTRACT.lstrip("\n") if shape.is_plain else ("\n" + OCCUPIES if shape.is_async else "")
        yield overload(
            documentation(first_sentence(shape, noun, " as a task", SUBMIT_EXAMPLE["TaskSession"][noun == "closure"]), rest),
            ["@discardableResult"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "submit",
            ["each Argument: Sendable", "Output: Sendable"],
            ["_ name: String"]
            + order(["scopes: Scopes = .null", "options: TaskOptions = .default"], shape.function_type("repeat each Argument"),
                    "_ arguments: repeat each Argument"),
            "Self",
            "",
            "let packed = Packed(repeat each arguments)\n"
            f"try addInProcess(name, scopes, options) {{ {closure_parameters(shape)} in\n"
            f"{in_process_call(shape, noun, 'context', 'environment', 'packed')}\n}}\nreturn self",
        )


ELEMENTS = "repeat (each Elements).Element"


def map_first_sentence(shape, noun):
    example = '`manager.map("task-", findPrimes, ranges)`' if noun == "function" else '`manager.map("task-", ranges) { $0.count }`'
    return first_sentence(shape, noun, " once for each element", example)


def manager_map(noun, order):
    for shape in shapes():
        rest = MANAGER_CONTRACT if shape.is_plain else ("\nEach call occupies a worker until it has returned." if shape.is_async else "")
        generics = ELEMENTS + ("" if shape.returns_nothing else ", Output")
        rows = "Rows" if shape.has_context else "ArgumentRows"
        yield overload(
            documentation(map_first_sentence(shape, noun), rest),
            ["@discardableResult", "@_disfavoredOverload"],
            "map",
            ["each Elements: Sequence"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            ["_ prefix: String"]
            + order(["scopes: Scopes = .null", "options: TaskOptions = .default"], shape.function_type(ELEMENTS),
                    "_ sequences: repeat each Elements"),
            "TaskSession",
            f"{ELEMENTS}: Portable",
            f"try addEach(prefix, scopes, options, {shape.type_name}<{generics}>({variable(noun)}), {rows}(repeat RowSource(each sequences)))",
        )


def thread_manager_map(noun, order):
    for shape in shapes(voids=False):
        rest = MANAGER_CONTRACT if shape.is_plain else ("\nEach call occupies a worker until it has returned." if shape.is_async else "")
        yield overload(
            documentation(map_first_sentence(shape, noun), rest),
            ["@discardableResult"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "map",
            ["each Elements: Sequence & SendableMetatype", "Output: Sendable"],
            ["_ prefix: String"]
            + order(["scopes: Scopes = .null", "options: TaskOptions = .default"], shape.function_type(ELEMENTS),
                    "_ sequences: repeat each Elements"),
            "ThreadTaskSession",
            f"{ELEMENTS}: Sendable",
            "try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {\n"
            f"packed, {closure_parameters(shape)} in\n{in_process_call(shape, noun, 'context', 'environment', 'packed')}\n}}",
        )


def executor_map(noun, order):
    for shape in shapes(contexts=False, voids=False):
        rest = MAP_CONTRACT if shape.is_plain else "\nEach call occupies a worker until it has returned."
        example = "`try pool.map(isPrime, 1..<1_000).values()`" if noun == "function" else "`try pool.map(1..<1_000) { $0 * 2 }.values()`"
        first = f"Calls {shape.words(noun)} for each element" + (f": {example}." if shape.is_plain else ".")
        mapping = ("Async" if shape.is_async else "") + "Mapping"
        signature = dict(
            name="map",
            generics=["Elements: Sequence", "Output: Portable"],
            result="MapResults<Elements.Element, Output>",
            where="Elements.Element: Portable",
        )
        call = f"try map({mapping}({variable(noun)}), over: Array(elements), chunkSize: {{0}}, options: {{1}})"
        function = shape.function_type("Elements.Element")
        yield overload(
            documentation(first, rest), ["@inlinable"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            parameters=order(["chunkSize: Int? = nil", "options: TaskOptions = .default"], function, "_ elements: Elements"),
            body=call.format("chunkSize", "options"), **signature)
        # The spelling of 0.1, with the options behind the elements.
        for options, chunk_size, task_options in [
            (["chunkSize: Int?", "options: TaskOptions = .default"], "chunkSize", "options"),
            (["options: TaskOptions"], "nil", "options"),
        ]:
            parameters = (
                [f"_ function: {function}", "_ elements: Elements", *options] if noun == "function"
                else ["_ elements: Elements", *options, f"body: {function}"])
            yield overload(
                documentation("The spelling of version 0.1."),
                ['@available(*, deprecated, message: "pass chunkSize: and options: before the elements")',
                 "@_disfavoredOverload", "@inlinable"],
                parameters=parameters, body=call.format(chunk_size, task_options), **signature)


STREAM_CONTRACT = """
Takes inputs lazily: the next one only while fewer than `ahead` are submitted and unread, so that memory stays constant for
endless inputs. Each element has its own result. Short elements are passed several at a time, as many as take some
milliseconds, unless `options` ask for time limits or retries, which then apply to each element.

Ending the loop early, dropping the iterator, or cancelling the Swift task that reads ends the stream: no further input is
taken, what waits is cancelled, and what runs is asked to end, and ended by force after its grace period where the pool can.
- Parameters:
  - ahead: how many inputs may be submitted and unread, at least 1; nil for twice as many tasks as there are workers.
  - order: whether results come in the order of the inputs or as elements end.
- Returns: pairs of an input's offset, counted from 0, and its result.
"""

ASYNC_STREAM_END = "Iterating throws what the inputs throw, `invalidArgument` for a bound below 1, and `CancellationError`.\n"


def executor_stream(noun, order):
    for shape in shapes(contexts=False, voids=False):
        for kind in ["async sequence", "sequence", "blocking"]:
            is_plain = shape.is_plain
            example = {
                ("async sequence", "function"): "`for try await (offset, result) in pool.stream(parse, asyncLines)`",
                ("async sequence", "closure"): "`for try await (offset, result) in pool.stream(asyncLines) { parse($0) }`",
                ("sequence", "function"): "`for try await (offset, result) in pool.stream(parse, lines)`",
                ("sequence", "closure"): "`for try await (offset, result) in pool.stream(lines) { parse($0) }`",
                ("blocking", "function"): "`for (offset, result) in try pool.stream(parse, lines)`",
                ("blocking", "closure"): "`for (offset, result) in try pool.stream(lines) { parse($0) }`",
            }[kind, noun]
            source = "an asynchronous sequence" if kind == "async sequence" else "a sequence"
            manner = ", and blocks while it waits for results" if kind == "blocking" else ""
            first = f"Calls {shape.words(noun)} for each element of {source}, as they come{manner}"
            doc = documentation(first + (":" if is_plain else "."), (f"{example}.\n" + STREAM_CONTRACT + (
                "- Throws: `invalidArgument` for a bound below 1. Not what the function throws: that is its element's result.\n"
                if kind == "blocking" else ASYNC_STREAM_END)) if is_plain else "")
            function = shape.function_type("Inputs.Element")
            bounds = {"async sequence": "Inputs: AsyncSequence & Sendable", "sequence": "Inputs: Sequence", "blocking": "Inputs: Sequence"}[kind]
            result = "ResultSequence<Inputs, Output>" if kind == "blocking" else "AsyncResultSequence<Inputs.Element, Output>"
            options = ["ahead: Int? = nil", "order: StreamOrder = .input", "options: TaskOptions = .default"]
            parameters = ([f"_ function: {function}", "_ inputs: Inputs", *options] if noun == "function"
                          else ["_ inputs: Inputs", *options, f"body: {function}"])
            prefix = "Async" if shape.is_async else ""
            name = variable(noun)
            submitter = (f"streamSubmitter({prefix}ElementFunction({name}), {prefix}Mapping({name}), options)")
            attributes = (['@available(*, noasync, message: "this blocks the thread; use `for try await`")', "@_disfavoredOverload"]
                          if kind == "blocking" else []) + ["@inlinable"]
            call = {"async sequence": "asyncStream", "sequence": "asyncStream", "blocking": "try blockingStream"}[kind]
            yield overload(
                doc, attributes, "stream", [bounds, "Output: Portable"], parameters, result, "Inputs.Element: Portable",
                f"{call}(inputs, {submitter}, ahead, order)", effects=" throws" if kind == "blocking" else "")


FILES = [
    ("MultitaskingCore/Stream/Executor+StreamOverloads.swift", "", "Executor", executor_stream),
    # path, imports and remarks, extended type, table
    ("MultitaskingCore/Executor/Executor+Submit.swift", "", "Executor", executor_submit),
    ("MultitaskingCore/Executor/WorkerExecutor+Everywhere.swift", "", "WorkerExecutor", executor_everywhere),
    ("MultitaskingCore/Executor/Executor+SubmitDependent.swift", "", "Executor", executor_dependent_submit),
    ("MultitaskingCore/Map/Executor+MapOverloads.swift", "", "Executor", executor_map),
    ("MultitaskingThreads/Pool/ThreadPool+Submit.swift",
     "public import MultitaskingCore\n\n// Threads share the caller's memory, so these need only `Sendable` arguments and results.\n\n",
     "ThreadPool", thread_pool_submit),
    ("MultitaskingThreads/Pool/ThreadPool+SubmitDependent.swift",
     "public import MultitaskingCore\n\n// Threads share the caller's memory, so these need only `Sendable` arguments and results.\n\n",
     "ThreadPool", thread_pool_dependent_submit),
    ("MultitaskingSessions/Session/TaskSession+Submit.swift", "", "TaskSession", session_submit),
    ("MultitaskingSessions/Session/ThreadTaskSession+Submit.swift",
     "// Threads share the caller's memory, so these need only `Sendable` arguments and results.\n\n",
     "ThreadTaskSession", thread_session_submit),
    ("MultitaskingSessions/Manager/TaskManager+Map.swift",
     "// They are disfavored so that a `ThreadTaskManager`, which has the same calls with weaker demands, gives a session of\n"
     "// its own type whatever the elements are.\n\n",
     "TaskManager", manager_map),
    ("MultitaskingSessions/Manager/ThreadTaskManager+Map.swift",
     "// Threads share the caller's memory, so these need only `Sendable` elements and results.\n\n",
     "ThreadTaskManager", thread_manager_map),
]


# The `with…Executor` functions: one for each shape of initializer and finalizer, blocking and asynchronous.

GLOBALS = """globalInputQueue: Bool = false, globalOutputQueue: Bool = false, globalCancelEvent: Bool = false,
globalInputQueueLock: Bool = false, globalOutputQueueLock: Bool = false, globalInputQueueSize: Int? = nil,
globalOutputQueueSize: Int? = nil, interrupts: Interrupts = .unhandled"""

GLOBAL_ARGUMENTS = """globals: QueueSettings(
inputQueue: globalInputQueue, outputQueue: globalOutputQueue, cancelEvent: globalCancelEvent,
inputQueueLock: globalInputQueueLock, outputQueueLock: globalOutputQueueLock,
inputQueueSize: globalInputQueueSize, outputQueueSize: globalOutputQueueSize),
interrupts: interrupts, body"""

GLOBAL_DOC = """  - globalInputQueue: whether there is an input queue of scope `.global`; so for the other objects.
  - globalInputQueueLock: whether draining the input queue is one step among the parent's threads.
  - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
  - interrupts: what Ctrl-C does meanwhile.
- Throws: `invalidArgument`; `interrupted` after an interrupt; what the pool throws when it starts; what `body` throws. Not
  what tasks throw.
"""

PROCESS_DOC = """
```swift
try withProcessPoolExecutor(maxWorkers: 5) { manager in
    let session = try manager.map("task-", findPrimes, ranges)
    for (name, result) in try session.results() { … }
}
```
Use it for work that keeps a core busy, or that may crash. Arguments and results are copied: they must be `Codable`. When
`body` returns, all tasks are run to their end and the pool is gone; when it throws, tasks that have not started are cancelled
first.

- Parameters:
  - maxWorkers: how many tasks run at the same time, at least 1; nil for one for each core this process may use.
  - startMethod: how the workers are started.
  - arenaLimit: how many bytes arguments, results and messages may take up at the same time; nil for half of the memory that
    this process may use.
  - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit but memory.
  - limits: what the workers may use, how long they serve, and how many are there when there is little to do.
  - captures: what becomes of functions that capture values; by default the values are copied like arguments.
  - backtraces: whether the stack of a worker that crashes is in the task's error, is printed, or both.
  - atExit: what happens to the tasks when `exit` is called meanwhile; see the pool.
  - environment: variables that each worker has besides those of this process.
  - workerNamePrefix: what the names of the workers' processes begin with.
  - initializer: what each worker runs before its first task. If it throws, tasks fail with `initializerFailed`.
  - initializerTimeout: how long the initializer may take; nil for no limit.
""" + GLOBAL_DOC

THREAD_DOC = """
Use it for work that waits, or that shares large values: arguments and results are not copied and need only be `Sendable`. A
crash in a task ends the program; use `withProcessPoolExecutor` where that must not be.

When `body` returns, all tasks are run to their end and the pool is gone; when it throws, tasks that have not started are
cancelled first.

- Parameters:
  - maxWorkers: how many tasks run at the same time, at least 1; nil for four more than this process may use cores, but no
    more than 32.
  - threadNamePrefix: what the names of the threads begin with.
  - queueLimit: how many tasks may wait for a thread, at least 1; nil for no limit but memory.
  - atExit: what happens to the tasks when `exit` is called meanwhile; see the pool.
  - initializer: called once in each thread before its first task.
  - finalizer: called once in each thread after its last task; see `ThreadPool.finalizerResults(as:)`.
""" + GLOBAL_DOC

TWIN_DOC = """
Cancelling the awaiting task cancels nothing by itself: `body` is told, and the pool is taken down when `body` ends.
- Throws: as the blocking function does.
"""

BLOCKING = ['@available(*, noasync, message: "this blocks the thread; await the asynchronous twin")',
            "@_disfavoredOverload", "@discardableResult"]


def with_executor(name, manager, doc, generics, parameters, pool, is_async):
    body = f"_ body: {'nonisolated(nonsending) ' if is_async else ''}({manager}) {'async ' if is_async else ''}throws -> Value"
    attributes = "" if is_async else "".join(f"{each}\n" for each in BLOCKING)
    modifiers = "nonisolated(nonsending) public" if is_async else "public"
    effects = "async throws" if is_async else "throws"
    run = "try await withExecutor" if is_async else "try withExecutor"
    label = "inProcess: " if manager == "ThreadTaskManager" else ""
    return (f"{doc}{attributes}{modifiers} func {name}<{', '.join([*generics, 'Value'])}>(\n"
            f"{', '.join(parameters)},\n{GLOBALS},\n{body}\n) {effects} -> Value {{\n"
            f"{run}(\n{label}try {pool},\n{GLOBAL_ARGUMENTS})\n}}\n")


def process_executors():
    for has_arguments, finalizer, is_async in itertools.product([False, True], [None, "Void", "Output"], [False, True]):
        generics = (["each Argument: Portable"] if has_arguments else []) + (["Output: Portable"] if finalizer == "Output" else [])
        wrapped = "@autoclosure @escaping @Sendable () -> @Sendable"
        parameters = [
            "maxWorkers: Int? = nil", "startMethod: StartMethod = .automatic", "arenaLimit: Int? = nil",
            "queueLimit: Int? = nil", "limits: WorkerLimits = .none", "captures: CapturePolicy = .byValue",
            "backtraces: Backtraces = .inError", "atExit: ShutdownMode = .drain", "environment: [String: String] = [:]",
            'workerNamePrefix: String = "mt-worker"']
        if has_arguments:
            parameters += [f"initializer: {wrapped} (repeat each Argument) throws -> Void", "_ arguments: repeat each Argument"]
            initializer = "WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout)"
        else:
            parameters += [f"initializer: {wrapped} () throws -> Void = noInitializer"]
            initializer = "WorkerInitializer(initializer, timeout: initializerTimeout)"
        parameters += ["initializerTimeout: Duration? = nil"]
        if finalizer:
            parameters += [f"finalizer: {wrapped} () throws -> {finalizer}", "finalizerTimeout: Duration? = nil"]
        pool = ("makePool(maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, "
                f"environment, workerNamePrefix, {initializer}, {'WorkerFinalizer(finalizer, timeout: finalizerTimeout)' if finalizer else '.none'})")
        if is_async:
            doc = documentation("Suspends where the blocking function of the same name blocks.", TWIN_DOC)
        elif not has_arguments and not finalizer:
            doc = documentation("Makes a pool of worker processes for the time of `body`.", PROCESS_DOC)
        else:
            details = ([" whose initializer takes arguments"] if has_arguments else []) + (
                [" whose workers run a finalizer at their end"] if finalizer else [])
            doc = documentation("Makes a pool of worker processes" + ", and".join(details) + ".", (
                "\nThe arguments are encoded once, and decoded in every worker, also in those that come later.\n" if has_arguments
                else "") + (
                "\nWhat the finalizer returns is collected: `manager.finalizerResults(as:)`, complete after the scope.\n"
                if finalizer == "Output" else "") + "- Throws: as the function without " + (
                "arguments" if has_arguments else "a finalizer") + " does.\n")
        yield with_executor("withProcessPoolExecutor", "TaskManager", doc, generics, parameters, pool, is_async)


def thread_executors():
    for has_arguments, is_async in itertools.product([False, True], repeat=2):
        generics = (["First: Sendable", "each Argument: Sendable"] if has_arguments else []) + ["Output: Sendable"]
        parameters = ["maxWorkers: Int? = nil", 'threadNamePrefix: String = ""', "queueLimit: Int? = nil",
                      "atExit: ShutdownMode = .drain"]
        if has_arguments:
            parameters += ["initializer: @escaping @Sendable (First, repeat each Argument) throws -> Void",
                           "_ argument: First", "_ arguments: repeat each Argument"]
            initializer = "{ try initializer(argument, repeat each arguments) }"
        else:
            parameters += ["initializer: @escaping @Sendable () throws -> Void = {}"]
            initializer = "initializer"
        parameters += ["finalizer: @escaping @Sendable () throws -> Output = {}"]
        pool = f"makePool(maxWorkers, threadNamePrefix, queueLimit, atExit, {initializer}, finalizer)"
        if is_async:
            doc = documentation("Suspends where the blocking function of the same name blocks.", TWIN_DOC)
        elif has_arguments:
            doc = documentation("Makes a pool of threads whose initializer takes arguments.",
                                "\n- Throws: as the function without arguments does.\n")
        else:
            doc = documentation("Makes a pool of threads for the time of `body`.", THREAD_DOC)
        yield with_executor("withThreadPoolExecutor", "ThreadTaskManager", doc, generics, parameters, pool, is_async)


SIMULATION_GLOBALS = GLOBALS.replace(", interrupts: Interrupts = .unhandled", "")
SIMULATION_ARGUMENTS = GLOBAL_ARGUMENTS.replace("\ninterrupts: interrupts, body", "\nbody")


def simulation_executors():
    for has_arguments, finalizer, is_async in itertools.product([False, True], ["Void", "Output"], [False, True]):
        generics = (["each Argument: Portable"] if has_arguments else []) + (["Output: Portable"] if finalizer == "Output" else [])
        wrapped = "@autoclosure @escaping @Sendable () -> @Sendable"
        parameters = ["seed: UInt64 = 0", "maxWorkers: Int = 2", "options: InMemoryOptions = InMemoryOptions()"]
        function = "PlainValueFunction(finalizer)" if finalizer == "Output" else "PlainFunction(finalizer)"
        default = " = noFinalizer" if has_arguments and finalizer == "Void" else ""
        if has_arguments:
            parameters += [f"initializer: {wrapped} (repeat each Argument) throws -> Void", "_ arguments: repeat each Argument",
                           "initializerTimeout: Duration? = nil"]
            setup = ("SimulatedSetup(calling: initializer, repeat each arguments, within: initializerTimeout, "
                     f"finalizer: {function}, $0)")
        else:
            parameters += ["initializer: (@Sendable () throws -> Void)? = nil"]
            setup = f"SimulatedSetup(calling: initializer, finalizer: {function}, $0)"
        parameters += [f"finalizer: {wrapped} () throws -> {finalizer}{default}"]
        body = f"_ body: {'nonisolated(nonsending) ' if is_async else ''}(TaskManager) {'async ' if is_async else ''}throws -> Value"
        if is_async:
            doc = documentation("Suspends where the blocking function of the same name blocks.",
                                "\n- Throws: as the blocking function does.\n")
        else:
            details = ([" whose initializer takes arguments"] if has_arguments else []) + [" whose workers run a finalizer at their end"]
            doc = documentation("Makes a simulated pool" + ", and".join(details) + ".", (
                "\nThe arguments are encoded once, and decoded in every worker, also in those that come later.\n" if has_arguments
                else "") + "- Throws: as the function without " + ("arguments" if has_arguments else "a finalizer") + " does.\n")
        attributes = "" if is_async else "".join(f"{each}\n" for each in BLOCKING)
        effect = "await " if is_async else ""
        yield (f"{doc}{attributes}{'nonisolated(nonsending) public' if is_async else 'public'} func withInMemoryExecutor"
               f"<{', '.join([*generics, 'Value'])}>(\n{', '.join(parameters)},\n{SIMULATION_GLOBALS},\n{body}\n"
               f") {'async ' if is_async else ''}throws -> Value {{\ntry {effect}withSimulation(\nseed, maxWorkers, options, "
               f"setup: {{ try {setup} }},\n{SIMULATION_ARGUMENTS})\n}}\n")


DISFAVORED = """// The blocking functions are disfavored so that a body without an `await` of its own, in an asynchronous function, does
// not choose them. In a synchronous function nothing else can be chosen.

"""

EXECUTORS = [
    ("Multitasking/Pools/WithProcessPoolExecutor.swift",
     "public import MultitaskingCore\npublic import MultitaskingProcesses\npublic import MultitaskingSessions\n\n" + DISFAVORED, process_executors),
    ("Multitasking/Pools/WithThreadPoolExecutor.swift",
     "public import MultitaskingCore\npublic import MultitaskingSessions\ninternal import MultitaskingThreads\n\n" + DISFAVORED,
     thread_executors),
    ("MultitaskingInMemory/Pool/WithInMemoryExecutor+Setup.swift",
     "public import MultitaskingCore\npublic import MultitaskingSessions\n\n" + DISFAVORED, simulation_executors),
]


def write(path, text):
    (ROOT / path).write_text(HEADER + text)
    subprocess.run(["swift", "format", "--in-place", str(ROOT / path)], check=True)


def main():
    for path, preamble, extended, table in FILES:
        overloads = [text for noun, order in positions() for text in table(noun, order)]
        write(path, preamble + f"extension {extended} {{\n" + "\n".join(overloads) + "}\n")
    for path, preamble, table in EXECUTORS:
        write(path, preamble + "\n".join(table()))


if __name__ == "__main__":
    main()
