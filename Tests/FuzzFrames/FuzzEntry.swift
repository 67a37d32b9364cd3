import Foundation

// The entry points of libFuzzer, which brings its own `main`: see `make fuzz`.

/// Runs one input.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    // SAFETY: libFuzzer gives `count` bytes that are readable during the call.
    FrameCases.run(unsafe Array(UnsafeBufferPointer(start: bytes, count: count)))
    return 0
}

/// Writes streams of frames into the directory that FUZZ_SEEDS names.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    guard let directory = ProcessInfo.processInfo.environment["FUZZ_SEEDS"] else { return 0 }
    do {
        for (index, seed) in FrameCases.seeds().enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: directory).appendingPathComponent("seed-\(index)"))
        }
    } catch {
        print("cannot write the seeds: \(error)")
        exit(1)
    }
    return 0
}
