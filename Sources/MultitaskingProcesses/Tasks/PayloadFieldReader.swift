import MultitaskingCore
import MultitaskingSerialization

/// Reads payloads where they lie, by a reader that is kept from one to the next: making one takes longer than most
/// values.
final class PayloadFieldReader: Sendable {
    private let idle = AtomicSpare<PayloadReader>()
    private let environment: @Sendable () -> any TaskEnvironment

    /// - Parameter environment: what values find that are read; asked for by those alone that may want it.
    init(_ environment: @autoclosure @escaping @Sendable () -> any TaskEnvironment) { self.environment = environment }

    /// Runs `body` with a reader of a payload.
    ///
    /// - Throws: what `body` throws; `decodeFailed` if the place cannot be what a healthy process wrote.
    @inline(__always)
    func read<Result>(
        _ place: PayloadField, _ body: (inout PayloadReader) throws -> Result
    ) throws -> Result {
        // Compiled for each caller, so that what it returns is not looked up at run time.
        if let bytes = try unsafe place.bytes() {
            return try unsafe read(bytes, body)
        }
        return try unsafe place.withPayload { try unsafe read($0, body) }
    }

    @inline(__always)
    private func read<Result>(
        _ bytes: UnsafeRawBufferPointer, _ body: (inout PayloadReader) throws -> Result
    ) rethrows -> Result {
        var reader = take()
        unsafe reader.reset(bytes)
        // Given away at the end of each way, and not by a `defer`, which would count a reference.
        let result: Result
        do { result = try body(&reader) } catch {
            giveBack(reader)
            throw error
        }
        giveBack(reader)
        return result
    }

    @inline(__always)
    private func giveBack(_ reader: consuming PayloadReader) {
        unsafe reader.reset(UnsafeRawBufferPointer(start: nil, count: 0))
        idle.giveBack(reader)
    }

    @inline(__always)
    private func take() -> PayloadReader { idle.take() ?? make() }

    @inline(never)
    private func make() -> PayloadReader {
        let environment = environment
        return unsafe PayloadReader(UnsafeRawBufferPointer(start: nil, count: 0), environment: environment())
    }
}
