extension Executor {
    /// How a stream submits its function: alone, so that time limits and retries are the element's, or several elements
    /// a task.
    @usableFromInline
    package func streamSubmitter<Single: PortableFunction, Chunk: ChunkFunction>(
        _ single: Single, _ chunk: Chunk, _ options: TaskOptions
    ) -> StreamSubmitter<Chunk.Element, Chunk.Value>
    where Single.Arguments == ArgumentList<Chunk.Element>, Single.Output == Chunk.Value {
        StreamSubmitter(
            submit: { element, offset, wait in
                try self.submit(
                    Invocation(single, ArgumentList(element)), options: options.of(task: offset).waiting(wait))
            },
            submitChunk: { elements, offset, wait in
                try self.submit(
                    Invocation(chunk, ChunkElements(elements)),
                    options: options.of(elementsFrom: offset).waiting(wait))
            },
            submitsElements: options.areForEachElement, waitForRoom: options.waitForRoom)
    }

    @usableFromInline
    package func blockingStream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, _ submitter: StreamSubmitter<Inputs.Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) throws -> ResultSequence<Inputs, Output> {
        try checkStreamBound(ahead)
        return ResultSequence(inputs) { StreamEngine(self, submitter, ahead: ahead, order: order) }
    }

    @inlinable
    package func asyncStream<Inputs: Sequence, Output: Portable>(
        _ inputs: Inputs, _ submitter: StreamSubmitter<Inputs.Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) -> AsyncResultSequence<Inputs, Output> {
        AsyncResultSequence(of: Inputs.self) {
            self.streamSource(StreamFeed(of: inputs), submitter, ahead, order)
        }
    }

    @usableFromInline
    func streamSource<Element: Portable, Output: Portable>(
        _ feed: StreamFeed<Element>, _ submitter: StreamSubmitter<Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) -> any AsyncStreamSource<Output> {
        do { try checkStreamBound(ahead) } catch { return FailedStreamSource(error) }
        return SequenceStreamSource(feed, StreamEngine(self, submitter, ahead: ahead, order: order))
    }

    @usableFromInline
    package func asyncStream<Inputs: AsyncSequence & Sendable, Output: Portable>(
        _ inputs: Inputs, _ submitter: StreamSubmitter<Inputs.Element, Output>, _ ahead: Int?, _ order: StreamOrder
    ) -> AsyncResultSequence<Inputs, Output> {
        AsyncResultSequence(of: Inputs.self) {
            do { try self.checkStreamBound(ahead) } catch { return FailedStreamSource<Output>(error) }
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

extension TaskOptions {
    /// The same, but with a limit for how long to wait for room, if one is given.
    func waiting(_ limit: WaitLimit?) -> TaskOptions {
        guard let limit else { return self }
        var options = self
        options.waitForRoom = limit
        return options
    }
}
