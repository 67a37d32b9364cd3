#!/usr/bin/env python3
"""Writes the overloads of `submit`, `run`, `map` and `stream`.

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
Returns immediately unless the pool is full (see `TaskOptions.waitForRoom`). Tasks start in the order of submission.
- Parameters:
  - name: the task's name; must not be empty, and must be unique in the session.
  - scopes: which queues and which cancel event the task uses, and which tasks share them.
- Returns: the session, so that you can chain calls.
- Throws: `nameNotAvailable`; `invalidArgument` for an empty name; `noSuchObject` if a scope names a queue or event that
  the session or manager doesn't have; `alreadyDestroyed`; whatever the executor's `submit` throws. Errors of the function
  itself are in the task's result.
"""

MANAGER_CONTRACT = """
The tasks belong to a new session; their names are `prefix` followed by 0, 1, 2, and so on. Several sequences are zipped:
the function receives one element of each, until the shortest sequence ends.
- Parameter display: what is shown while you wait with `waitForAll` or `results` of the session.
- Returns: the session, with every task submitted.
- Throws: whatever `TaskSession.submit` throws, after cancelling the tasks that were already submitted.
"""

EXECUTOR_CONTRACT = """
Returns immediately unless the pool is full (see ``TaskOptions/waitForRoom``); the future provides the result. Calls start in the
order of submission.
- Throws: whatever ``submit(_:options:)`` throws.
"""

MAP_CONTRACT = """
Consecutive elements form one task, a *chunk*, to reduce the overhead of each call. Each element has its own result: if one
call throws, the others in its chunk still run.

If a worker dies, the element that it was processing gets the error. Another worker then runs the remaining elements of the
chunk, and also the earlier ones, **whose results were lost with the worker**: their side effects happen twice. If that
matters, pass a `chunkSize` of 1. Crash retries and cancellation apply to whole chunks. A time or memory limit applies to a
chunk first; if a chunk reaches it, each of its elements runs again alone, with the full limit for itself.

Without a `chunkSize`, each worker gets about 16 chunks of at most 4,096 elements each, so that one slow worker delays the
others by at most a sixteenth of its share.
- Parameters:
  - chunkSize: how many elements form one task, at least 1.
  - elements: the inputs. All of them are encoded and queued at once, so the pool needs room for them and their results.
- Returns: a handle that provides `results()` and `values()`.
- Throws: `invalidArgument`, including for retries after errors, because errors are results here; whatever
  ``submit(_:options:)`` throws. Errors of the function itself are results.
"""

SHOWN_MAP_CONTRACT = """
Like the call without a display, but the progress is shown while you wait for the results.
- Parameter display: what is shown, such as `.progressBar`.
- Throws: whatever the call without a display throws.
"""

SHARED = "Arguments and results only need to be `Sendable`, because they are shared, not copied.\n"
OCCUPIES = "The call occupies its worker until it returns."


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
    # 120 columns less the indentation of a member and the slashes.
    lines = textwrap.wrap(first, 112, break_long_words=False, break_on_hyphens=False)
    for paragraph in paragraphs(rest) if rest else []:
        indentation = " " * (len(paragraph) - len(paragraph.lstrip()))
        hanging = indentation + ("  " if paragraph.lstrip().startswith("- ") else "")
        lines += [paragraph[len(CODE):]] if paragraph.startswith(CODE) else textwrap.wrap(
            paragraph, 112, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False) or [""]
    return "".join(("/// " + line).rstrip() + "\n" for line in lines)


def overload(doc, attributes, name, generics, parameters, result, where, body, effects=" throws", modifiers="public"):
    clause = f"<{', '.join(generics)}>" if generics else ""
    where = f" where {where}" if where else ""
    lines = "".join(f"{attribute}\n" for attribute in attributes)
    return f"{doc}{lines}{modifiers} func {name}{clause}(\n{', '.join(parameters)}\n){effects} -> {result}{where} {{\n{body}\n}}\n"


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


RUN_CONTRACT = """
This never blocks a thread, not even while the pool is full. If the awaiting Swift task is cancelled, so is the call; see
{link}.
- Throws: what the function threw; `CancellationError`; whatever ``submit(_:options:)`` throws.
"""

RUN_EXAMPLE = ("`try await pool.run(findPrimes, 1..<1_000)`", "`try await pool.run(21) { $0 * 2 }`")


def executor_run(noun, order):
    for shape in shapes(contexts=False):
        rest = RUN_CONTRACT.format(link="``run(_:options:)``") if shape.is_plain else ("\n" + OCCUPIES if shape.is_async else "")
        yield overload(
            documentation(first_sentence(shape, noun, " in a worker and suspends until it has ended", RUN_EXAMPLE[noun == "closure"]), rest),
            ["@_disfavoredOverload"] if noun == "closure" else [],
            "run",
            ["each Argument: Portable"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            order(["options: TaskOptions = .default"], shape.function_type("repeat each Argument"),
                  "_ arguments: repeat each Argument"),
            "Void" if shape.returns_nothing else "Output",
            "",
            f"try await run(Invocation({shape.type_name}({variable(noun)}), ArgumentList(repeat each arguments)), options: options)",
            effects=" async throws",
            modifiers="nonisolated(nonsending) public",
        )


def thread_pool_run(noun, order):
    for shape in shapes(contexts=False, voids=False):
        rest = ("\n" + SHARED + RUN_CONTRACT.format(link="`Executor.run(_:options:)`").lstrip("\n") if shape.is_plain
                else "\nThe call occupies its thread until it returns.")
        yield overload(
            documentation(first_sentence(shape, noun, " in a thread and suspends until it has ended", RUN_EXAMPLE[noun == "closure"]), rest),
            ["@_disfavoredOverload"] if noun == "closure" else [],
            "run",
            ["each Argument: Sendable", "Output: Sendable"],
            order(["options: TaskOptions = .default"], shape.function_type("repeat each Argument"),
                  "_ arguments: repeat each Argument"),
            "Output",
            "",
            f"try await run(options) {{ try self.submit({variable(noun)}(), options: $0, repeat each arguments) }}",
            effects=" async throws",
            modifiers="nonisolated(nonsending) public",
        )


EVERYWHERE_CONTRACT = """
Each worker makes the call before its next task; a busy worker finishes its current task first. Workers that start later
make the call before their first task and discard the result, unless the call has thrown or ended a worker before.
- Returns: a future for each current worker, ordered by worker index.
- Throws: whatever the protocol's requirement throws.
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
The task starts when every future has a value. The futures may belong to other pools. {values}Returns immediately without
blocking a thread. A task can only depend on tasks that were submitted earlier, so there are no cycles.

If one of the futures fails or is cancelled, the new task never starts; it fails with `dependencyFailed`, with that error as
its cause. Cancelling the new task doesn't cancel the tasks it depends on.
- Throws: whatever ``submit(_:options:)`` throws. Errors that occur later are the future's failure.
"""


VALUES_OF_DEPENDENCIES = "If the backend supports it, the values don't pass through the client. "

# At least one, so that a call without arguments is not one of these.
DEPENDENCIES = "resultsOf first: Future<First>, _ others: repeat Future<each Other>"


def executor_dependent_submit(noun, order):
    example = ("`try pool.submit(merge, resultsOf: a, b)`", "`try pool.submit(resultsOf: a, b) { $0 + $1 }`")[noun == "closure"]
    for shape in shapes(contexts=False):
        first = first_sentence(shape, noun, " in a worker, with the results of other tasks as arguments", example)
        rest = DEPENDENT_CONTRACT.format(values=VALUES_OF_DEPENDENCIES) if shape.is_plain else ("\n" + OCCUPIES if shape.is_async else "")
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
            shape, noun, " in a thread, with the results of other tasks as arguments", "`try pool.submit(merge, resultsOf: a, b)`"
            if noun == "function" else "`try pool.submit(resultsOf: a, b) { $0 + $1 }`")
        rest = "\n" + SHARED + DEPENDENT_CONTRACT.format(values="").lstrip("\n") if shape.is_plain else "\nThe call occupies its thread until it returns."
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
        rest = ("\nReturns immediately unless the pool is full (see `TaskOptions.waitForRoom`); the future provides the result. "
                + SHARED + "- Throws: whatever ``submit(_:options:)`` throws.\n"
                if shape.is_plain else "\nThe call occupies its thread until it returns.")
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
        rest = MANAGER_CONTRACT if shape.is_plain else ("\nEach call occupies a worker until it returns." if shape.is_async else "")
        generics = ELEMENTS + ("" if shape.returns_nothing else ", Output")
        rows = "Rows" if shape.has_context else "ArgumentRows"
        yield overload(
            documentation(map_first_sentence(shape, noun), rest),
            ["@discardableResult", "@_disfavoredOverload"],
            "map",
            ["each Elements: Sequence"] + ([] if shape.returns_nothing else ["Output: Portable"]),
            ["_ prefix: String"]
            + order(["scopes: Scopes = .null", "options: TaskOptions = .default"], shape.function_type(ELEMENTS),
                    SHOWN_SEQUENCES),
            "TaskSession",
            f"{ELEMENTS}: Portable",
            f"try addEach(prefix, scopes, options, {shape.type_name}<{generics}>({variable(noun)}), {rows}(repeat RowSource(each sequences))).showing(display)",
        )


# Behind the sequences, where a reader looks last.
SHOWN_SEQUENCES = "_ sequences: repeat each Elements, showing display: ProgressDisplay = .nothing"


def thread_manager_map(noun, order):
    for shape in shapes(voids=False):
        rest = MANAGER_CONTRACT if shape.is_plain else ("\nEach call occupies a worker until it returns." if shape.is_async else "")
        yield overload(
            documentation(map_first_sentence(shape, noun), rest),
            ["@discardableResult"] + (["@_disfavoredOverload"] if noun == "closure" else []),
            "map",
            ["each Elements: Sequence & SendableMetatype", "Output: Sendable"],
            ["_ prefix: String"]
            + order(["scopes: Scopes = .null", "options: TaskOptions = .default"], shape.function_type(ELEMENTS),
                    SHOWN_SEQUENCES),
            "ThreadTaskSession",
            f"{ELEMENTS}: Sendable",
            "try addEachInProcess(prefix, scopes, options, PackedRows(repeat RowSource(each sequences))) {\n"
            f"packed, {closure_parameters(shape)} in\n{in_process_call(shape, noun, 'context', 'environment', 'packed')}\n}}.showing(display)",
        )


# Of the functions that take a context, `map` and `stream` make it in the worker, for each element.
ELEMENT_CONTEXT = """
The context has no queues and no cancel event. It says whether the element should stop and which worker runs it, and provides
random numbers. With a seed in `options`, these depend only on the seed and the element's index, whatever the size of the chunks
and the number of workers ({seed}).
"""


def executor_map(noun, order):
    for shape in shapes(contexts=False, voids=False):
        rest = MAP_CONTRACT if shape.is_plain else "\nEach call occupies a worker until it returns."
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
                documentation("The signature in version 0.1."),
                ['@available(*, deprecated, message: "pass chunkSize: and options: before the elements")',
                 "@_disfavoredOverload", "@inlinable"],
                parameters=parameters, body=call.format(chunk_size, task_options), **signature)


def executor_shown_map(noun, order):
    for shape in shapes(contexts=False, voids=False):
        example = ("`try pool.map(isPrime, numbers, showing: .progressBar)`" if noun == "function"
                   else "`try pool.map(numbers, showing: .progressBar) { $0 * 2 }`")
        first = f"Calls {shape.words(noun)} for each element, and shows the progress" + (":" if shape.is_plain else ".")
        rest = f"{example}.\n" + SHOWN_MAP_CONTRACT if shape.is_plain else ""
        mapping = ("Async" if shape.is_async else "") + "Mapping"
        yield overload(
            documentation(first, rest), ["@_disfavoredOverload"] if noun == "closure" else [], "map",
            ["Elements: Sequence", "Output: Portable"],
            order(["chunkSize: Int? = nil", "options: TaskOptions = .default"], shape.function_type("Elements.Element"),
                  "_ elements: Elements, showing display: ProgressDisplay"),
            "MapResults<Elements.Element, Output>", "Elements.Element: Portable",
            f"try map({mapping}({variable(noun)}), over: Array(elements), chunkSize: chunkSize, options: options).showing(display)")


def executor_context_map(noun, order):
    for shape in shapes(voids=False):
        if not shape.has_context:
            continue
        rest = "" if shape.is_async else ELEMENT_CONTEXT.format(seed="`TaskRandom.seed(_:at:)`") + (
            "- Throws: whatever `map` throws for a function that takes no context.\n")
        mapping = ("Async" if shape.is_async else "") + "ContextMapping"
        yield overload(
            documentation(f"Calls {shape.words(noun)} for each element.", rest),
            ["@_disfavoredOverload"] if noun == "closure" else [], "map",
            ["Elements: Sequence", "Output: Portable"],
            order(["chunkSize: Int? = nil", "options: TaskOptions = .default"], shape.function_type("Elements.Element"),
                  "_ elements: Elements"),
            "MapResults<Elements.Element, Output>", "Elements.Element: Portable",
            f"try map({mapping}({variable(noun)}), over: Array(elements), chunkSize: chunkSize, options: options)")


STREAM_CONTRACT = """
Inputs are taken lazily: the stream takes the next input only while fewer than `ahead` results are outstanding, so memory use
stays constant even for endless inputs. Each element has its own result. Elements that take little time are submitted in
groups that take a few milliseconds, unless `options` set time limits or retries, which then apply to each element.

{ends} ends the stream: it takes no further input, cancels queued elements, and asks
running ones to stop, ending them by force after the grace period if the pool can. If the pool is shut down or has ended,
{pool_end}
- Parameters:
  - ahead: how many inputs may be submitted before their results are read, at least 1; nil for twice as many tasks as there
    are workers.
  - order: whether results arrive in the order of the inputs or as elements finish.
- Returns: pairs of an input's offset, counted from 0, and its result.
"""

# What an asynchronous sequence of inputs, and any other, comes to if the pool ends first.
ASYNC_INPUTS_END = """the stream takes no further input: it ends after the results of those that it has taken, the last of
which failed with the pool's error, such as `shutDown`."""
INPUTS_END = """each remaining element of a collection fails with the pool's error, such as `shutDown`. Other sequences may be
endless, so the stream takes no further input of them, and ends after the results of those that it has taken."""

# What ends a stream before its end.
STREAM_ENDS = "Leaving the loop early, releasing the iterator, or cancelling the Swift task that reads"
BLOCKING_STREAM_ENDS = "Leaving the loop early or releasing the iterator"

SHOWN_STREAM_CONTRACT = """
Like the call without a display; see `ResultSequence.showing(_:total:)`.
- Parameters:
  - display: what is shown, such as `.progressBar`, while results are read.
  - total: how many results there will be; nil for the number of inputs, if it is known in advance, as for an array.
"""

ASYNC_STREAM_END = "Iterating throws whatever the inputs throw, `invalidArgument` if `ahead` is below 1, and `CancellationError`.\n"


def executor_context_stream(noun, order):
    return executor_stream(noun, order, contexts=True)


def executor_stream(noun, order, contexts=False):
    for shape in shapes(voids=False):
        if shape.has_context != contexts:
            continue
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
            manner = ", and blocks while waiting for results" if kind == "blocking" else ""
            first = f"Calls {shape.words(noun)} for each element of {source}, as elements arrive{manner}"
            doc = documentation(first + (":" if is_plain else "."), (f"{example}.\n" + STREAM_CONTRACT.format(
                ends=BLOCKING_STREAM_ENDS if kind == "blocking" else STREAM_ENDS,
                pool_end=ASYNC_INPUTS_END if kind == "async sequence" else INPUTS_END) + (
                "- Throws: `invalidArgument` if `ahead` is below 1. Errors of the function itself are results.\n"
                if kind == "blocking" else ASYNC_STREAM_END)) if is_plain else (
                ELEMENT_CONTEXT.format(seed="`TaskRandom.seed(_:at:)`") if contexts and not shape.is_async else ""))
            function = shape.function_type("Inputs.Element")
            bounds = {"async sequence": "Inputs: AsyncSequence & Sendable", "sequence": "Inputs: Sequence", "blocking": "Inputs: Sequence"}[kind]
            result = "ResultSequence<Inputs, Output>" if kind == "blocking" else "AsyncResultSequence<Inputs, Output>"
            options = ["ahead: Int? = nil", "order: StreamOrder = .input", "options: TaskOptions = .default"]
            parameters = ([f"_ function: {function}", "_ inputs: Inputs", *options] if noun == "function"
                          else ["_ inputs: Inputs", *options, f"body: {function}"])
            prefix = ("Async" if shape.is_async else "") + ("Context" if contexts else "")
            name = variable(noun)
            submitter = (f"streamSubmitter({prefix}ElementFunction({name}), {prefix}Mapping({name}), options)")
            attributes = (['@available(*, noasync, message: "this blocks the thread; use `for try await`")', "@_disfavoredOverload"]
                          if kind == "blocking" else []) + ([] if contexts else ["@inlinable"])
            call = {"async sequence": "asyncStream", "sequence": "asyncStream", "blocking": "try blockingStream"}[kind]
            yield overload(
                doc, attributes, "stream", [bounds, "Output: Portable"], parameters, result, "Inputs.Element: Portable",
                f"{call}(inputs, {submitter}, ahead, order)", effects=" throws" if kind == "blocking" else "")


def executor_shown_stream(noun, order):
    for shape in shapes(contexts=False, voids=False):
        for kind in ["async sequence", "sequence", "blocking"]:
            source = "an asynchronous sequence" if kind == "async sequence" else "a sequence"
            manner = "; blocks while waiting for results" if kind == "blocking" else ""
            first = f"Calls {shape.words(noun)} for each element of {source}, and shows the progress{manner}."
            doc = documentation(first, SHOWN_STREAM_CONTRACT if shape.is_plain else "")
            function = shape.function_type("Inputs.Element")
            bounds = {"async sequence": "Inputs: AsyncSequence & Sendable", "sequence": "Inputs: Sequence", "blocking": "Inputs: Sequence"}[kind]
            result = "ShownResultSequence<Inputs, Output>" if kind == "blocking" else "ShownAsyncResultSequence<Inputs, Output>"
            options = ["ahead: Int? = nil", "order: StreamOrder = .input", "options: TaskOptions = .default",
                       "showing display: ProgressDisplay", "total: Int? = nil"]
            parameters = ([f"_ function: {function}", "_ inputs: Inputs", *options] if noun == "function"
                          else ["_ inputs: Inputs", *options, f"body: {function}"])
            prefix = "Async" if shape.is_async else ""
            name = variable(noun)
            submitter = (f"streamSubmitter({prefix}ElementFunction({name}), {prefix}Mapping({name}), options)")
            attributes = (['@available(*, noasync, message: "this blocks the thread; use `for try await`")', "@_disfavoredOverload"]
                          if kind == "blocking" else [])
            call = {"async sequence": "asyncStream", "sequence": "asyncStream", "blocking": "try blockingStream"}[kind]
            total = "total" if kind == "async sequence" else "total ?? knownCount(of: inputs)"
            yield overload(
                doc, attributes, "stream", [bounds, "Output: Portable"], parameters, result, "Inputs.Element: Portable",
                f"{call}(inputs, {submitter}, ahead, order).showing(display, total: {total})",
                effects=" throws" if kind == "blocking" else "")


FILES = [
    ("MultitaskingSessions/Progress/Executor+ShownMap.swift", "public import MultitaskingCore\n\n", "Executor", executor_shown_map),
    ("MultitaskingSessions/Progress/Executor+ShownStream.swift", "public import MultitaskingCore\n\n", "Executor",
     executor_shown_stream),
    ("MultitaskingCore/Stream/Executor+StreamOverloads.swift", "", "Executor", executor_stream),
    # path, imports and remarks, extended type, table
    ("MultitaskingCore/Executor/Executor+Submit.swift", "", "Executor", executor_submit),
    ("MultitaskingCore/Executor/Executor+RunOverloads.swift", "", "Executor", executor_run),
    ("MultitaskingCore/Executor/WorkerExecutor+Everywhere.swift", "", "WorkerExecutor", executor_everywhere),
    ("MultitaskingCore/Executor/Executor+SubmitDependent.swift", "", "Executor", executor_dependent_submit),
    ("MultitaskingCore/Map/Executor+MapOverloads.swift", "", "Executor", executor_map),
    ("MultitaskingSessions/Contexts/Executor+ContextMap.swift", "", "Executor",
     executor_context_map),
    ("MultitaskingSessions/Contexts/Executor+ContextStream.swift", "", "Executor",
     executor_context_stream),
    ("MultitaskingThreads/Pool/ThreadPool+Submit.swift",
     "public import MultitaskingCore\n\n// Threads share the caller's memory, so these need only `Sendable` arguments and results.\n\n",
     "ThreadPool", thread_pool_submit),
    ("MultitaskingThreads/Pool/ThreadPool+Run.swift",
     "public import MultitaskingCore\n\n// Threads share the caller's memory, so these need only `Sendable` arguments and results.\n\n",
     "ThreadPool", thread_pool_run),
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

GLOBAL_DOC = """  - globalInputQueue: whether the manager has an input queue of scope `.global`. `globalOutputQueue` and
    `globalCancelEvent` do the same for the output queue and the cancel event.
  - globalInputQueueLock: whether draining the input queue is atomic among the parent's threads.
  - globalInputQueueSize: how many elements fit, at least 1; nil for no limit.
  - interrupts: what Ctrl-C does while `body` runs.
- Throws: `invalidArgument`; `interrupted` after an interrupt; what the pool throws when it starts; what `body` throws.
  Errors of tasks are in their results.
"""

PROCESS_DOC = """
```swift
try withProcessPoolExecutor(maxWorkers: 5) { manager in
    let session = try manager.map("task-", findPrimes, ranges)
    for (name, result) in try session.results() { … }
}
```
Use worker processes for work that is CPU-bound or that might crash. Arguments and results are copied, so they must be
`Codable`. When `body` returns, the pool finishes all tasks before it shuts down. When `body` throws, tasks that haven't
started are cancelled, and sessions' tasks that run are asked to stop: their cancel events are set and their queues are
closed.

- Parameters:
  - maxWorkers: the maximum number of tasks that run concurrently, 1...512; nil for one per core that this process may use.
  - startMethod: how the workers are started.
  - arenaLimit: the maximum number of bytes for arguments, results, and messages; nil for half of the memory that this
    process may use.
  - queueLimit: how many tasks may wait for a worker, at least 1; nil for no limit except memory.
  - limits: the resources that workers may use, how long they live, and how many stay when there is little to do.
  - captures: what to do with functions that capture values; by default, the values are copied like arguments.
  - backtraces: whether the backtrace of a crashed worker is stored in the task's error, printed, or both.
  - atExit: what happens to unfinished tasks if the program calls `exit` while `body` runs; see the pool.
  - environment: environment variables for the workers, in addition to those of this process.
  - workerNamePrefix: the prefix of the workers' process names.
  - initializer: a function that each worker runs before its first task. If it throws or ends the worker three times in a row,
    the pool fails, and its tasks end with `initializerFailed`.
  - initializerTimeout: how long a worker may take from its start to the end of the initializer; nil for no limit. After that,
    the worker is killed and the attempt counts as failed.
""" + GLOBAL_DOC

THREAD_DOC = """
Use threads for work that blocks or that shares large values: arguments and results aren't copied, so they only need to be
`Sendable`. A crash in a task ends the program; to isolate crashes, use `withProcessPoolExecutor`.

When `body` returns, the pool finishes all tasks before it shuts down. When `body` throws, tasks that haven't started are
cancelled, and sessions' tasks that run are asked to stop: their cancel events are set and their queues are closed.

- Parameters:
  - maxWorkers: the maximum number of tasks that run concurrently, at least 1; nil for four more than the number of cores
    that this process may use, but at most 32.
  - threadNamePrefix: the prefix of the threads' names.
  - queueLimit: how many tasks may wait for a thread, at least 1; nil for no limit except memory.
  - atExit: what happens to unfinished tasks if the program calls `exit` while `body` runs; see the pool.
  - initializer: a function that each thread calls once before its first task.
  - finalizer: a function that each thread calls once after its last task; see `ThreadPool.finalizerResults(as:)`.
""" + GLOBAL_DOC

TWIN_DOC = """
Cancelling the awaiting Swift task doesn't cancel the pool's tasks: the cancellation is visible in `body`, and the pool shuts
down when `body` ends.
- Throws: whatever the blocking function throws.
"""

BLOCKING = ['@available(*, noasync, message: "this blocks the thread; await the asynchronous version")',
            "@_disfavoredOverload", "@discardableResult"]


# What precedes the initializer.
PROCESS_PARAMETERS = [
    "maxWorkers: Int? = nil", "startMethod: StartMethod = .automatic", "arenaLimit: Int? = nil", "queueLimit: Int? = nil",
    "limits: WorkerLimits = .none", "captures: CapturePolicy = .byValue", "backtraces: Backtraces = .inError",
    "atExit: ShutdownMode = .drain", "environment: [String: String] = [:]", 'workerNamePrefix: String = "mt-worker"',
]
THREAD_PARAMETERS = [
    "maxWorkers: Int? = nil", 'threadNamePrefix: String = ""', "queueLimit: Int? = nil", "atExit: ShutdownMode = .drain",
]

UNLABELED_DOC = """A call that omits the label `maxWorkers:`.

Without this overload, the compiler doesn't say what is wrong.
"""


def unlabeled_executors():
    """The number of workers without its label, alone and followed by what a call may name besides.

    The compiler's message contains all labels, so the function with one parameter, which is preferred, keeps it short.
    """
    for (name, manager, parameters), has_others, is_async in itertools.product(
            (("withProcessPoolExecutor", "TaskManager", PROCESS_PARAMETERS),
             ("withThreadPoolExecutor", "ThreadTaskManager", THREAD_PARAMETERS)), (False, True), (False, True)):
        others = [each for each in parameters if not each.startswith("maxWorkers")] + [GLOBALS] if has_others else []
        body = f"_ body: {'nonisolated(nonsending) ' if is_async else ''}({manager}) {'async ' if is_async else ''}throws -> Value"
        modifiers = "nonisolated(nonsending) public" if is_async else "@_disfavoredOverload\n@discardableResult\npublic"
        yield (documentation(*UNLABELED_DOC.split("\n", 1))
               + '@available(*, unavailable, message: "write maxWorkers: before the number of workers")\n'
               f"{modifiers} func {name}<Value>(\n{', '.join(['_ maxWorkers: Int?', *others, body])}\n"
               f") {'async ' if is_async else ''}throws -> Value {{\n"
               'throw MultitaskingError(.invalidArgument, "the number of workers has no label")\n}\n')


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
        parameters = [*PROCESS_PARAMETERS]
        if has_arguments:
            parameters += [f"initializer: {wrapped} (repeat each Argument) throws -> Void", "_ arguments: repeat each Argument"]
            initializer = "WorkerInitializer.calling(initializer, repeat each arguments, timeout: initializerTimeout)"
        else:
            parameters += [f"initializer: {wrapped} () throws -> Void = _noInitializer"]
            initializer = "WorkerInitializer(initializer, timeout: initializerTimeout)"
        parameters += ["initializerTimeout: Duration? = nil"]
        if finalizer:
            parameters += [f"finalizer: {wrapped} () throws -> {finalizer}", "finalizerTimeout: Duration? = nil"]
        pool = ("makePool(maxWorkers, startMethod, arenaLimit, queueLimit, limits, captures, backtraces, atExit, "
                f"environment, workerNamePrefix, {initializer}, {'WorkerFinalizer(finalizer, timeout: finalizerTimeout)' if finalizer else '.none'})")
        if is_async:
            doc = documentation("Suspends where the blocking function of the same name blocks.", TWIN_DOC)
        elif not has_arguments and not finalizer:
            doc = documentation("Creates a pool of worker processes, passes its manager to `body`, and shuts the pool down when `body` ends.", PROCESS_DOC)
        else:
            details = ([" whose initializer takes arguments"] if has_arguments else []) + (
                [" whose workers run a finalizer before they exit"] if finalizer else [])
            doc = documentation("Creates a pool of worker processes" + ", and".join(details) + ".", (
                "\nThe arguments are encoded once and decoded in each worker, including workers that start later.\n" if has_arguments
                else "") + (
                "\nThe results of the finalizer are collected: to read them, store or return the manager in `body`, and call its "
                "`finalizerResults(as:)` after the scope has ended.\n"
                if finalizer == "Output" else "") + "- Throws: whatever the function without " + (
                "arguments" if has_arguments else "a finalizer") + " throws.\n")
        yield with_executor("withProcessPoolExecutor", "TaskManager", doc, generics, parameters, pool, is_async)


def thread_executors():
    for has_arguments, is_async in itertools.product([False, True], repeat=2):
        generics = (["First: Sendable", "each Argument: Sendable"] if has_arguments else []) + ["Output: Sendable"]
        parameters = [*THREAD_PARAMETERS]
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
            doc = documentation("Creates a pool of threads whose initializer takes arguments.",
                                "\n- Throws: whatever the function without arguments throws.\n")
        else:
            doc = documentation("Creates a pool of threads, passes its manager to `body`, and shuts the pool down when `body` ends.", THREAD_DOC)
        yield with_executor("withThreadPoolExecutor", "ThreadTaskManager", doc, generics, parameters, pool, is_async)


SIMULATION_WORKERS_DOC = "- Parameter maxWorkers: the number of workers; it overrides `options.maxWorkers`.\n"
SIMULATION_GLOBALS = GLOBALS.replace(", interrupts: Interrupts = .unhandled", "")
SIMULATION_ARGUMENTS = GLOBAL_ARGUMENTS.replace("\ninterrupts: interrupts, body", "\nbody")


def simulation_executors():
    for has_arguments, finalizer, is_async in itertools.product([False, True], ["Void", "Output"], [False, True]):
        generics = (["each Argument: Portable"] if has_arguments else []) + (["Output: Portable"] if finalizer == "Output" else [])
        wrapped = "@autoclosure @escaping @Sendable () -> @Sendable"
        parameters = ["seed: UInt64 = 0", "maxWorkers: Int = 2", "options: InMemoryOptions = InMemoryOptions()"]
        function = "PlainValueFunction(finalizer)" if finalizer == "Output" else "PlainFunction(finalizer)"
        default = " = _noFinalizer" if has_arguments and finalizer == "Void" else ""
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
                                "\n" + SIMULATION_WORKERS_DOC + "- Throws: whatever the blocking function throws.\n")
        else:
            details = ([" whose initializer takes arguments"] if has_arguments else []) + [" whose workers run a finalizer before they exit"]
            doc = documentation("Creates a simulated pool" + ", and".join(details) + ".", (
                "\nThe arguments are encoded once and decoded in each worker, including workers that start later.\n" if has_arguments
                else "\n") + SIMULATION_WORKERS_DOC + "- Throws: whatever the function without " + (
                "arguments" if has_arguments else "a finalizer") + " throws.\n")
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
    ("Multitasking/Pools/WithExecutor+Mistakes.swift",
     "public import MultitaskingCore\npublic import MultitaskingProcesses\npublic import MultitaskingSessions\n\n"
     "// Calls that cannot work, so that the compiler says in a sentence what to write instead.\n\n", unlabeled_executors),
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
