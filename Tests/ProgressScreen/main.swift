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
            _ = try? session.context.writeInput(1)
        }
        try session.waitForAll(showing: .progressBar(label: "printing", listsTasks: true))
        for number in 1...40 { print("after \(number)") }
    case "map":
        let values = try manager.executor.map(square, 1...100).values(showing: .progressBar)
        print("sum \(values.reduce(0, +))")
    default:
        for (_, result) in try manager.executor.stream(square, 1...100).showing(.progressBar(label: "stream")) {
            _ = try result.get()
        }
        print("the end")
    }
}
