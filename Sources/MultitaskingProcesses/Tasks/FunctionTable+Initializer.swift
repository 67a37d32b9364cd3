import MultitaskingCore
import MultitaskingSerialization

#if CaptureSending
    import MultitaskingCaptures
#endif

// An initializer is in the table like every function. If it captures values, these are attached to its entry, since
// there is no task whose payload they could be in.

extension FunctionTable {
    /// Adds an initializer that captures values.
    ///
    /// - Throws: `capturesState` if they cannot be copied; `encodeFailed`; `arenaLimitReached`.
    func add(capturing initializer: WorkerInitializer, to extent: inout Extent) throws -> Int {
        #if CaptureSending
            if Self.sendsCaptures, let name = FunctionTypeName(of: WorkerInitializer.self) {
                let writer = PayloadWriter()
                do {
                    if let trace = try ClosureTrace.write(initializer, into: writer) {
                        let sent = SentInitializer(shape: try trace.shape(), values: try writer.bytes())
                        return try add(
                            FunctionAddress(code: trace.code), typeName: name.mangled,
                            attachment: try encodePayload(sent), to: &extent)
                    }
                } catch let refusal as CaptureRefusal {
                    throw MultitaskingError(
                        .capturesState, "the pool's initializer cannot be sent: \(refusal)", cause: refusal)
                }
            }
        #endif
        throw MultitaskingError(
            .capturesState,
            "the initializer captures values, and cannot be sent to a spawned worker; use a function that captures "
                + "nothing, or make the pool before any thread starts, so that it can be forked")
    }

    /// The initializer at an index.
    ///
    /// - Throws: `functionNotFound` if this process does not have it; `decodeFailed` if what it captures cannot be
    ///   read.
    func initializer(at index: Int) throws -> WorkerInitializer? {
        let (address, _) = try resolve(index)
        let attachment = try attachment(of: index)
        guard !attachment.isEmpty else { return address.function(as: WorkerInitializer.self) }
        #if CaptureSending
            let sent = try decodePayload(SentInitializer.self, from: attachment)
            let receiver = try ClosureReceiver(sent.shape)
            // SAFETY: the reader is gone before the closure returns the array's bytes.
            return try unsafe sent.values.withUnsafeBytes {
                try receiver.function(as: WorkerInitializer.self, from: unsafe PayloadReader($0))
            }
        #else
            return nil
        #endif
    }
}

#if CaptureSending
    /// An initializer on its way.
    private struct SentInitializer: Codable {
        let shape: ClosureShape
        let values: [UInt8]
    }
#endif
