extension Executor {
    /// How a stream submits its function: alone, so that time limits and retries are the element's, or several elements
    /// a task.
    func streamSubmitter<Single: PortableFunction, Chunk: ChunkFunction>(
        _ single: Single, _ chunk: Chunk, _ options: TaskOptions
    ) -> StreamSubmitter<Chunk.Element, Chunk.Value>
    where Single.Arguments == ArgumentList<Chunk.Element>, Single.Output == Chunk.Value {
        StreamSubmitter(
            submit: { try self.submit(Invocation(single, ArgumentList($0)), options: options) },
            submitChunk: { try self.submit(Invocation(chunk, $0), options: options) },
            submitsElements: options.areForEachElement)
    }

    func blockingStream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, _ submitter: StreamSubmitter<Inputs.Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) throws -> ResultSequence<Inputs, Output> {
        try checkStreamBound(ahead)
        return ResultSequence(inputs) { StreamEngine(self, submitter, ahead: ahead, order: order) }
    }

    func asyncStream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, _ submitter: StreamSubmitter<Inputs.Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) -> AsyncResultSequence<Inputs.Element, Output> {
        AsyncResultSequence {
            do { try self.checkStreamBound(ahead) } catch { return FailedStreamSource<Inputs.Element, Output>(error) }
            return SequenceStreamSource(inputs, StreamEngine(self, submitter, ahead: ahead, order: order))
        }
    }

    func asyncStream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, _ submitter: StreamSubmitter<Inputs.Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) -> AsyncResultSequence<Inputs.Element, Output> {
        AsyncResultSequence {
            do { try self.checkStreamBound(ahead) } catch { return FailedStreamSource<Inputs.Element, Output>(error) }
            return PumpedStreamSource(inputs, StreamEngine(self, submitter, ahead: ahead, order: order))
        }
    }

    private func checkStreamBound(_ ahead: Int?) throws {
        guard let ahead, ahead < 1 else { return }
        throw MultitaskingError(
            .invalidArgument,
            "ahead is \(ahead); give at least 1, or nil for a bound that follows the number of workers")
    }
}
