import Foundation

// The entry points of libFuzzer, which brings its own `main`: see `make fuzz`.

/// What is given hostile bytes.
private protocol FuzzSubject {
    /// Runs one input.
    static func run(_ bytes: [UInt8])

    /// Inputs that are well formed, from which the search begins.
    static func seeds() throws -> [[UInt8]]
}

extension FuzzCases: FuzzSubject {}
extension FrameCases: FuzzSubject {}

/// The subject of this run, which FUZZ_SUBJECT names.
private let subject: any FuzzSubject.Type =
    switch ProcessInfo.processInfo.environment["FUZZ_SUBJECT"] {
    case "payloads": FuzzCases.self
    case "frames": FrameCases.self
    case let name: fatalError("FUZZ_SUBJECT is \(name ?? "not set"), and must be payloads or frames")
    }

/// Runs one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` bytes that are readable during the call.
    subject.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Writes the subject's seeds into the directory that FUZZ_SEEDS names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    guard let directory = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return 0 }
    do {
        for (index, seed) in try subject.seeds().enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: directory).appendingPathComponent("seed-\(index)"))
        }
    } catch {
        print("cannot write the seeds: \(error)")
        exit(1)
    }
    return 0
}
