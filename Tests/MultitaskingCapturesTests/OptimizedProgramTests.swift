import Foundation
import MultitaskingTestPrograms
import Testing

/// A program that is compiled with optimization as one module, as `swift build -c release` does it: the compiler drops
/// what it knows about types that nothing needs at run time.
@Suite struct OptimizedProgramTests {
    private static let products = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()

    private static let program = """
        import MultitaskingCaptures
        import MultitaskingCore
        import MultitaskingSerialization

        struct Settings: Codable, Sendable { var limit: Int; var name: String }
        public struct PublicSettings: Codable, Sendable { var limit: Int; var name: String }

        struct Call: PortableFunction {
            let function: @Sendable (Int) -> String
            init(_ function: @escaping @Sendable (Int) -> String) { self.function = function }
            func call(_ argument: ArgumentList<Int>, in environment: any TaskEnvironment) -> String {
                function(argument.values)
            }
        }

        @inline(never) func use(_ limit: Int, _ name: String, _ number: Int) -> String {
            "\\(limit) \\(name) \\(number)"
        }

        extension Program {
            @inline(never) static func report(_ call: Call) {
                let writer = PayloadWriter()
                do {
                    let shape = try ClosureTrace.write(call, into: writer)?.shape()
                    print(shape == nil ? "nothing" : "sent")
                } catch { print(error) }
            }
        }

        """

    private static let types = """
        @main enum Program {
            static func main() {
                let limit = CommandLine.arguments.count
                let hidden = Settings(limit: limit, name: "n\\(limit)")
                let visible = PublicSettings(limit: limit, name: "n\\(limit)")
                report(Call { use(hidden.limit, hidden.name, $0) })
                report(Call { use(visible.limit, visible.name, $0) })
            }
        }
        """

    private static let numbers = """
        @main enum Program {
            static func main() {
                report(number: CommandLine.arguments.count + 0x40_1000)
                report(number: Int(bitPattern: UnsafeMutablePointer<Int>.allocate(capacity: 1)))
            }

            @inline(never) static func report(number: Int) { report(Call { use(number, "", $0) }) }
        }
        """

    @Test("An internal type that an optimized program drops is named, and what to do; a public one is sent")
    func droppedTypeIsNamed() throws {
        let lines = try lines(of: Self.types)
        try #require(lines.count == 2, "\(lines)")
        for words in ["`Program.Settings`", "make `Program.Settings` public", "argument"] {
            #expect(lines[0].contains(words), "\(lines[0])")
        }
        #expect(lines[1] == "sent")
    }

    @Test("A number that is an address of a program linked for a fixed place is sent, not one that is in its heap")
    func numberInFixedProgramIsSent() throws {
        let lines = try lines(of: Self.numbers, "-Xclang-linker", "-no-pie")
        try #require(lines.count == 2, "\(lines)")
        #expect(lines[0] == "sent")
        #expect(lines[1].contains("an address in this process"), "\(lines[1])")
    }

    /// What a program prints that consists of this beside the common part.
    private func lines(of main: String, _ flags: String...) throws -> [Substring] {
        let directory = FileManager.default.temporaryDirectory.appending(path: "optimized-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let source = directory.appending(path: "Program.swift")
        try (Self.program + main).write(to: source, atomically: true, encoding: .utf8)
        let executable = directory.appending(path: "program")
        let cModules = ["CMultitaskingCaptures", "CMultitaskingImages"]
        let modules = ["MultitaskingCore", "MultitaskingSerialization", "MultitaskingCaptures"] + cModules
        let objects = try modules.flatMap { module in
            try FileManager.default.contentsOfDirectory(
                at: Self.products.appending(path: "\(module).build"), includingPropertiesForKeys: nil
            ).map(\.path).filter { $0.hasSuffix(".o") }
        }
        let package = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let maps =
            [package.appending(path: "Sources/CZstd/module.modulemap").path]
            + cModules.map { Self.products.appending(path: "\($0).build/module.modulemap").path }
        let compiled = try run(
            "/usr/bin/env",
            [
                "swiftc", "-swift-version", "6", "-O", "-wmo", "-parse-as-library", "-module-name", "Program",
                "-I", Self.products.appending(path: "Modules").path, source.path, "-o", executable.path,
            ] + maps.flatMap { ["-Xcc", "-fmodule-map-file=\($0)"] } + objects + ["-lzstd"] + flags)
        try #require(compiled.status == 0, "\(compiled.output)")
        return try run(executable.path, []).output.split(separator: "\n")
    }

    private func run(_ path: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let run = try TestProgram(at: path).run(arguments)
        return (run.exitCode, run.output)
    }
}
