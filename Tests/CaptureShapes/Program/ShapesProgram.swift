import Foundation
import MultitaskingCaptures
import Synchronization

/// Takes closures of all shapes apart and puts them together again, here and in another process of this program, and
/// compares what they return with what they return where they are.
@main
enum ShapesProgram {
    static func main() {
        // Main-actor functions run on this thread, while the other one waits for them.
        Thread.detachNewThread { exit(run(Array(CommandLine.arguments.dropFirst()))) }
        dispatchMain()
    }

    private static func run(_ arguments: [String]) -> Int32 {
        let mode = arguments.first ?? "all"
        let allowed = AllowedRefusals(arguments)
        if !CaptureSending.isWorking, allowed != .all, mode != "worker" {
            print("the self-check fails")
            return 1
        }
        do {
            return switch mode {
            case "here": here(allowed)
            case "there": try there(allowed)
            case "worker": try worker()
            case "refusals": refusals()
            case "cost": try Cost.report()
            case "memory": try memory(rebuilding: arguments.dropFirst().first.flatMap { Int($0) } ?? 1_000_000)
            default: max(here(allowed), try there(allowed))
            }
        } catch {
            print("threw \(error)")
            return 1
        }
    }

    /// In this process.
    private static func here(_ allowed: AllowedRefusals) -> Int32 {
        var tally = Tally(allowed: allowed)
        for shape in Shape.all {
            let held = shape.make(11)
            do {
                guard let parcel = try held.send() else {
                    tally.isPlain()
                    continue
                }
                // What the closure changes, it must not have changed before.
                let result = Result { try held.receive(parcel) }
                tally.isSent(shape, expected: try held.expected(), result: result)
            } catch { tally.isRefused(shape, error) }
        }
        return tally.report("here")
    }

    /// In a process of the same program, at other addresses.
    private static func there(_ allowed: AllowedRefusals) throws -> Int32 {
        var tally = Tally(allowed: allowed)
        var parcels: [String: Parcel] = [:]
        var sent: [(shape: Shape, expected: String)] = []
        for shape in Shape.all {
            let held = shape.make(11)
            do {
                guard let parcel = try held.send() else {
                    tally.isPlain()
                    continue
                }
                parcels[shape.name] = parcel
                sent.append((shape, try held.expected()))
            } catch { tally.isRefused(shape, error) }
        }
        let results = try Worker.run(parcels)
        for (shape, expected) in sent {
            let result = results[shape.name] ?? .failed("no answer")
            tally.isSent(shape, expected: expected, result: result.result)
        }
        return tally.report("there")
    }

    private static func worker() throws -> Int32 {
        let parcels = try JSONDecoder().decode(
            [String: Parcel].self, from: FileHandle.standardInput.readDataToEndOfFile())
        var answers: [String: Answer] = [:]
        for shape in Shape.all {
            guard let parcel = parcels[shape.name] else { continue }
            do { answers[shape.name] = .returned(try shape.make(-1).receive(parcel)) } catch {
                answers[shape.name] = .failed("\(error)")
            }
        }
        FileHandle.standardOutput.write(try JSONEncoder().encode(answers))
        return 0
    }

    /// Rebuilds all closures again and again, calls and frees them, and looks whether the process grows and whether
    /// each object that was made has been freed.
    private static func memory(rebuilding count: Int) throws -> Int32 {
        let sent = Shape.all.compactMap { shape in
            let held = shape.make(11)
            // Closures that change what they have captured take up more and more.
            guard shape.expectation == .sent, let parcel = try? held.send() else { return (Held, Parcel)?.none }
            return (held, parcel)
        }
        let living = Living.count.load(ordering: .relaxed)
        var sizes: [Int] = []
        for _ in 0..<5 {
            for _ in 0..<max(1, count / 5 / sent.count) {
                for (held, parcel) in sent { _ = try held.receive(parcel) }
            }
            sizes.append(residentKilobytes)
        }
        let left = Living.count.load(ordering: .relaxed) - living
        print("rebuilt \(count) closures of \(sent.count) shapes; resident: \(sizes) KiB; \(left) objects are left")
        // The first rounds fill caches and the C library's lists.
        return sizes[4] - sizes[1] < 2048 && left == 0 ? 0 : 1
    }

    private static var residentKilobytes: Int {
        let fields = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8))?.split(separator: " ") ?? []
        return (fields.count > 1 ? Int(fields[1]) ?? 0 : 0) * Int(getpagesize()) / 1024
    }

    /// Prints the text of each refusal.
    private static func refusals() -> Int32 {
        for shape in Shape.all {
            do { _ = try shape.make(11).send() } catch { print("\(shape.name): \(error)") }
        }
        return 0
    }
}

/// What a worker says about one closure.
enum Answer: Codable {
    case returned(String)
    case failed(String)

    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    var result: Result<String, any Error> {
        switch self {
        case .returned(let text): .success(text)
        case .failed(let text): .failure(Failure(description: text))
        }
    }
}

/// Another process of this program.
private enum Worker {
    static func run(_ parcels: [String: Parcel]) throws -> [String: Answer] {
        let input = FileManager.default.temporaryDirectory.appending(path: "capture-shapes-\(UUID().uuidString)")
        try JSONEncoder().encode(parcels).write(to: input)
        defer { try? FileManager.default.removeItem(at: input) }
        let process = Process()
        process.executableURL = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["worker"]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = try FileHandle(forReadingFrom: input)
        try process.run()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return try JSONDecoder().decode([String: Answer].self, from: data)
    }
}
