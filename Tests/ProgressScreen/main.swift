// Shows progress while tasks and the program print: run in a terminal by ProgressScreenTests, which reads the screen.

import Foundation
import Multitasking

/// Prints a line, and fails if the number can be divided by 4.
func printLine(_ number: Int) throws {
    print("line \(number) of a task")
    if number.isMultiple(of: 4) { throw Unlucky(number: number) }
}

/// Runs until the program is told to go on.
func waitForEnd(_ context: TaskContext) throws { _ = try context.readInput(as: Int.self, wait: .forever) }

/// Reports what the program tells it, prints that, and goes on until there is nothing more.
func reportSteps(_ context: TaskContext, _ name: String) throws {
    try context.report(0, "begins")
    while let step = try context.readInput(as: Int.self, wait: .forever), step > 0 {
        print("step \(step) of \(name)")
        try context.report(Double(step) / 4, "epoch \(step) of 4\u{1B}[2J")
    }
}

/// Prints lines in pieces, to both streams, and leaves one without an end.
func printPieces(_ number: Int) {
    for line in 0..<20 {
        print("piece \(line)", terminator: " ")
        printError("error \(line)")
        print("of \(number)")
        printError(" of \(number)\n")
    }
    print("end of \(number)", terminator: "")
}

/// Prints numbered lines until it is told to end.
func printOn(_ context: TaskContext) throws {
    var number = 0
    while try context.readInput(as: Int.self) == nil {
        print("line \(number) of a task")
        number += 1
        usleep(5_000)
    }
}

func square(_ number: Int) -> Int { number * number }

struct Unlucky: Error, Codable { var number: Int }

let mode = CommandLine.arguments.dropFirst().first ?? "session"
try withProcessPoolExecutor(maxWorkers: 2, interrupts: .unhandled) { manager in
    switch mode {
    case "session", "exit":
        let session = try manager.session(inputQueue: true)
        for number in 1...30 { try session.submit("print \(number)", printLine, number) }
        try session.submit("last one", waitForEnd, scopes: .session)
        // A line that is typed lets the last task end.
        Thread.detachNewThread {
            _ = readLine()
            if mode == "exit" { exit(0) }
            print("a line of the program")
            signal(SIGTERM, SIG_IGN)
            _ = try? session.context.writeInput(1)
        }
        try session.waitForAll(showing: .progressBar(label: "printing", listsTasks: true))
        // The end of the bar leaves alone what was installed meanwhile.
        kill(getpid(), SIGTERM)
        for number in 1...40 { print("after \(number)") }
    case "printing":
        let session = try manager.session(inputQueue: true)
        try session.submit("printer", printOn, scopes: .session)
        Thread.detachNewThread {
            _ = readLine()
            _ = try? session.context.writeInput(1)
        }
        try session.waitForAll(showing: .progressBar(label: "printing"))
    case "report":
        let session = try manager.session(inputQueue: true)
        for name in ["train", "a name that takes more than half of a narrow line"] {
            try session.submit(name, reportSteps, scopes: Scopes(inputQueue: .perTask), name)
        }
        // Each line that is typed is a step of the first task, and one that is empty ends both.
        Thread.detachNewThread {
            while let line = readLine(), let step = Int(line) {
                _ = try? session.task(named: "train")?.writeInput(step)
            }
            for task in (try? session.tasks) ?? [] { _ = try? task.writeInput(0) }
        }
        try session.waitForAll(showing: .progressBar(label: "training", listsTasks: true))
    case "prefixed":
        let session = try manager.session(inputQueue: true)
        for number in 1...6 {
            try session.submit("print \(number)", printPieces, options: TaskOptions(output: .prefixed), number)
        }
        try session.submit("last one", waitForEnd, scopes: .session)
        Thread.detachNewThread {
            _ = readLine()
            _ = try? session.context.writeInput(1)
        }
        try session.waitForAll(showing: .progressBar)
    case "session-map":
        let session = try manager.map("square-", square, 1...100, showing: .progressBar(label: "squares"))
        print("count \(try session.results().count)")
    case "map":
        let values = try manager.executor.map(square, 1...100, showing: .progressBar).values()
        print("sum \(values.reduce(0, +))")
    default:
        for (_, result) in try manager.executor.stream(square, 1...100, showing: .progressBar(label: "stream")) {
            _ = try result.get()
        }
        print("the end")
    }
}
