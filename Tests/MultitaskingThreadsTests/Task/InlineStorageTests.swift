import MultitaskingCore
import Testing

@testable import MultitaskingThreads

/// Values that lie in a task, and ones that are too large for it: given on as they were, and released once.
extension ThreadsTests {
    @Suite struct Places {
        private struct Small: Sendable {
            let object: NonCodable
        }

        private struct Large: Sendable {
            let object: NonCodable
            var words = (1, 2, 3, 4, 5, 6, 7, 8)
        }

        private struct Aligned: Sendable {
            let object: NonCodable
            var numbers = SIMD4<Double>(1, 2, 3, 4)
        }

        private func check<Value: Sendable>(_ make: (NonCodable) -> Value, _ object: (Value) -> NonCodable) {
            weak var released: NonCodable?
            do {
                let made = NonCodable(7)
                released = made
                var place = InlineStorage()
                unsafe place.put(make(made))
                #expect(unsafe object(place.copy(Value.self)) === made)
                #expect(unsafe object(place.take(Value.self)) === made)
                unsafe place.put(make(made))
                _ = unsafe place.take(Value.self)
            }
            #expect(released == nil)
        }

        @Test func valueIsTakenAsItWasPutAndReleased() {
            #expect(
                InlineStorage.holds(Small.self) && InlineStorage.holds(Void.self)
                    && InlineStorage.holds((Int, Int, Int, Int).self))
            #expect(!InlineStorage.holds(Large.self) && !InlineStorage.holds(Aligned.self))
            check(Small.init(object:)) { $0.object }
            check({ Large(object: $0) }) { $0.object }
            check({ Aligned(object: $0) }) { $0.object }
        }

        @Test func largeArgumentsAndResultAreReleasedOnce() throws {
            try withPool { pool throws in
                weak var released: NonCodable?
                do {
                    let object = NonCodable(3)
                    released = object
                    let future = try pool.submit(Large(object: object), Aligned(object: object)) { large, aligned in
                        Large(object: NonCodable(large.object.number + large.words.7 + Int(aligned.numbers.w)))
                    }
                    #expect(try future.value().object.number == 3 + 8 + 4)
                    #expect(try future.value().words.7 == 8)
                    #expect(eventually { future.outcome() != nil })
                }
                #expect(eventually { released == nil })
            }
        }

        @Test func callOfACancelledTaskIsReleasedAtOnce() throws {
            try withPool(1) { pool throws in
                let gate = try pool.makeChannel(capacity: nil)
                let holder = try pool.submit(running: { _ in _ = try gate.receive(as: Int.self, wait: .forever) })
                #expect(eventually { holder.isRunning })
                weak var small: NonCodable?
                weak var large: NonCodable?
                do {
                    let first = NonCodable(1)
                    let second = NonCodable(2)
                    (small, large) = (first, second)
                    let futures = try [
                        pool.submit(Small(object: first)) { $0.object.number },
                        pool.submit(Large(object: second)) { $0.object.number },
                    ]
                    for future in futures { #expect(future.cancel()) }
                    for future in futures { #expect(future.isCancelled) }
                }
                #expect(small == nil)
                #expect(large == nil)
                _ = try gate.send(1, wait: .never)
                try holder.value()
            }
        }

        @Test func callThatIsRefusedIsReleased() throws {
            let pool = try ThreadPool(maxWorkers: 1)
            pool.shutdown()
            weak var released: NonCodable?
            do {
                let object = NonCodable(1)
                released = object
                #expect(thrownCode { _ = try pool.submit(Large(object: object)) { $0.object.number } } == .shutDown)
            }
            #expect(released == nil)
        }

        @Test func callOfAFailedPoolEndsWithTheErrorAndIsReleased() throws {
            let pool = try ThreadPool(maxWorkers: 1, initializer: { throw Failure(number: 1) })
            defer { pool.shutdown() }
            weak var released: NonCodable?
            do {
                let object = NonCodable(1)
                released = object
                let future = try pool.submit(Large(object: object)) { Large(object: $0.object) }
                #expect(thrownCode { _ = try future.value() } == .initializerFailed)
            }
            #expect(eventually { released == nil })
        }
    }
}
