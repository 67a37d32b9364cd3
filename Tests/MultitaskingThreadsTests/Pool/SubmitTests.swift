import Glibc
import MultitaskingCore
import MultitaskingSystem
import MultitaskingThreads
import Testing

private func double(_ number: Int) -> Int { number * 2 }
private func doNothing(_ number: Int) {}
private func doubleAsync(_ number: Int) async -> Int {
    await Task.yield()
    return number * 2
}
private func unwrap(_ object: NonCodable) -> NonCodable { NonCodable(object.number + 1) }
private func fail(_ number: Int) throws -> Int { throw Failure(number: number) }
private func failAsync(_ number: Int) async throws -> Int { throw Failure(number: number) }
private func identity<Element: Codable & Sendable>(_ element: Element) -> Element { element }

extension ThreadsTests {
    @Suite struct Submit {
        @Test func namedFunctionReturnsItsValue() throws {
            try withPool { pool throws in
                #expect(try pool.submit(double, 21).value() == 42)
                #expect(try pool.submit(identity, "text").value() == "text")
            }
        }

        @Test func functionWithoutValueEnds() throws {
            try withPool { pool throws in
                let future: Future<Void> = try pool.submit(doNothing, 1)
                try future.value()
                #expect(future.state == .done)
            }
        }

        @Test func closureReturnsItsValue() throws {
            try withPool { pool throws in
                #expect(try pool.submit(20, 1) { $0 + $1 }.value() == 21)
                #expect(try pool.submit { 7 }.value() == 7)
            }
        }

        @Test func capturedValuesAreUsed() throws {
            let captured = NonCodable(5)
            try withPool { pool throws in
                #expect(try pool.submit { captured.number }.value() == 5)
                #expect(try pool.submit(running: { _ in captured.number }).value() == 5)
            }
        }

        @Test func argumentAndResultNeedNotBeCodable() throws {
            try withPool { pool throws in
                #expect(try pool.submit(unwrap, NonCodable(1)).value().number == 2)
                #expect(try pool.submit(NonCodable(1)) { $0.number }.value() == 1)
            }
        }

        @Test func invokerRunsWithoutBeingEncoded() throws {
            try withPool { pool throws in
                let executor: any Executor = pool
                let future = try executor.submit(
                    Invocation(ValueFunction<Int, Int> { { $0 + 1 } }, ArgumentList(1)), options: .default)
                #expect(try future.value() == 2)
            }
        }

        @Test func executorOverloadsWorkOnAnExistential() throws {
            try withPool { pool throws in
                let executor: any InProcessExecutor = pool
                #expect(try executor.submit(double, 4).value() == 8)
            }
        }

        @Test func asyncFunctionOccupiesAWorkerUntilItReturned() async throws {
            try await blocking { () throws in
                try withPool(1) { pool throws in
                    #expect(try pool.submit(doubleAsync, 4).value() == 8)
                    #expect(try pool.submit(4) { await doubleAsync($0) }.value() == 8)
                    let object = NonCodable(3)
                    let future = try pool.submit(object) { object -> Int in
                        try await Task.sleep(for: .milliseconds(1))
                        return object.number
                    }
                    #expect(try future.value() == 3)
                }
            }
        }

        @Test func thrownErrorArrivesAsItIs() async throws {
            try await blocking { () throws in
                try withPool { pool throws in
                    #expect(throws: Failure(number: 3)) { try pool.submit(fail, 3).value() }
                    #expect(throws: Failure(number: 4)) { try pool.submit(failAsync, 4).value() }
                    #expect(try pool.submit(double, 1).value() == 2)
                }
            }
        }

        @Test func oneWorkerStartsTasksInTheOrderOfSubmission() throws {
            let ledger = Ledger<Int>()
            try withPool(1) { pool throws in
                for number in 0..<1_000 { _ = try pool.submit { ledger.append(number) } }
                pool.shutdown(.drain)
            }
            #expect(ledger.all == Array(0..<1_000))
        }

        @Test func threadsCarryTheCutPrefixAndTheirNumber() throws {
            let pool = try ThreadPool(maxWorkers: 1, threadNamePrefix: "a-very-long-prefix")
            defer { pool.shutdown() }
            #if os(Linux)
                #expect(try pool.submit { currentThreadName() }.value() == "a-very-long-p-0")
                // No character is cut in two: the next one has four bytes, of which one would fit.
                let other = try ThreadPool(maxWorkers: 1, threadNamePrefix: "a-very-long-🦉")
                defer { other.shutdown() }
                #expect(try other.submit { currentThreadName() }.value() == "a-very-long--0")
            #endif
        }

        @Test func numbersOutOfRangeAreRefused() {
            #expect(thrownCode { _ = try ThreadPool(maxWorkers: 0) } == .invalidArgument)
            #expect(thrownCode { _ = try ThreadPool(maxWorkers: -1) } == .invalidArgument)
            #expect(thrownCode { _ = try ThreadPool(maxWorkers: .max) } == .invalidArgument)
            #expect(thrownCode { _ = try ThreadPool(maxWorkers: 1, queueLimit: 0) } == .invalidArgument)
        }

        @Test func defaultIsFourWorkersMoreThanCores() throws {
            let pool = try ThreadPool()
            defer { pool.shutdown() }
            #expect(pool.maxWorkers == min(32, UsableResources.current.cores + 4))
        }

        @Test func fourTasksThatWaitForEachOtherMeetByDefault() throws {
            let pool = try ThreadPool()
            defer { pool.shutdown() }
            let arrived = Counter()
            let futures = try (0..<4).map { _ in
                try pool.submit {
                    arrived.increment()
                    let end = ContinuousClock.now + .seconds(20)
                    while arrived.count < 4, ContinuousClock.now < end { usleep(500) }
                    return arrived.count
                }
            }
            for future in futures { #expect(try future.value(timeout: .seconds(30)) == 4) }
        }

        #if canImport(Glibc)
            @Test func threadsHaveTheStackOfTheMainThread() async {
                await #expect(processExitsWith: .success) {
                    var limits = rlimit()
                    unsafe getrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limits)
                    limits.rlim_cur = 64 << 20
                    #expect(unsafe setrlimit(__rlimit_resource_t(RLIMIT_STACK.rawValue), &limits) == 0)
                    // Far more than 8 MiB, whatever the build makes of a frame.
                    let taken = try await stackOfAThread(upTo: 24 << 20)
                    #expect(taken >= 24 << 20)
                }
            }
        #endif

        @Test func whatTheTaskCapturedIsReleasedBeforeItIsDone() throws {
            try withPool { pool throws in
                var object: NonCodable? = NonCodable(1)
                weak let released = object
                let future = try pool.submit(running: { [object] _ in object?.number ?? 0 })
                object = nil
                #expect(try future.value() == 1)
                #expect(released == nil)
            }
        }

        @Test func resultIsReleasedWithTheLastFuture() throws {
            try withPool { pool throws in
                weak var released: NonCodable?
                do {
                    let future = try pool.submit { NonCodable(1) }
                    released = try future.value()
                    #expect(released != nil)
                }
                #expect(eventually { released == nil })
            }
        }

        @Test func taskFindsChannelsAndSignalsByReference() throws {
            try withPool { pool throws in
                let channel = try pool.makeChannel(capacity: nil)
                let signal = pool.makeCancelSignal()
                #expect(channel.reference != signal.reference)
                let (first, second) = (channel.reference, signal.reference)
                let future = try pool.submit(running: { environment in
                    try environment.cancelSignal(second).set()
                    return try environment.channel(first).send(11, wait: .never)
                })
                #expect(try future.value())
                #expect(signal.isSet)
                #expect(try channel.receive(as: Int.self, wait: .never) == 11)
            }
        }

        @Test func droppedChannelIsNotFoundAnyMore() throws {
            try withPool { pool throws in
                let reference = try pool.makeChannel(capacity: 1).reference
                let future = try pool.submit(running: { _ = try $0.channel(reference) })
                #expect(thrownCode { try future.value() } == .noSuchObject)
            }
        }

        @Test func clockSleepsAsLongAsAsked() throws {
            try withPool { pool throws in
                let elapsed = try pool.submit(running: { environment in
                    let start = environment.clock.now
                    environment.clock.sleep(for: .milliseconds(5))
                    return environment.clock.now - start
                }).value()
                #expect(elapsed >= .milliseconds(5))
            }
        }
    }
}

private func stackOfAThread(upTo wanted: Int) async throws -> Int {
    let pool = try ThreadPool(maxWorkers: 1)
    let depth = try await pool.submit { stackTaken(upTo: wanted) }.value(timeout: .seconds(20))
    await pool.shutdown()
    return depth
}

/// Calls itself until so many bytes of stack are taken; how many those are.
private func stackTaken(upTo wanted: Int, from top: Int? = nil) -> Int {
    // Large, as thread sanitizer has room for 65,536 calls.
    var here = SIMD64<Int>()
    let address = unsafe withUnsafeMutablePointer(to: &here) { Int(bitPattern: $0) }
    let taken = (top ?? address) - address
    if taken >= wanted { return taken }
    let deeper = stackTaken(upTo: wanted, from: top ?? address)
    // Used afterwards, so that this frame stays.
    here[0] = deeper
    return here[0]
}
