internal import Synchronization

/// A random number generator for a task, which depends only on the task's seed.
///
/// ```swift
/// func estimatePi(_ context: TaskContext, _ count: Int) -> Double {
///     let hits = (0..<count).count { _ in
///         let x = Double.random(in: 0..<1, using: &context.random)
///         let y = Double.random(in: 0..<1, using: &context.random)
///         return x * x + y * y < 1
///     }
///     return 4 * Double(hits) / Double(count)
/// }
/// ```
/// The same seed produces the same numbers on every backend, with any number of workers, and in the parent:
/// `TaskRandom(seed: task.seed)`. All copies share one sequence. Several threads can use it concurrently and then
/// receive the numbers in no particular order. Don't use it for secrets.
///
/// The algorithm is xoshiro256++ 1.0 (David Blackman and Sebastiano Vigna, 2019); its initial state is the first four
/// numbers that SplitMix64 (Guy Steele, Doug Lea and Christine Flood, 2014) produces for the seed. Neither changes
/// within a major version of this package. How the standard library uses the numbers, for example in
/// `Int.random(in:using:)`, may change with the version of Swift.
public struct TaskRandom: RandomNumberGenerator, Sendable {
    /// The seed.
    public let seed: UInt64

    private let sequence: Sequence

    /// Creates a generator at the start of the seed's sequence.
    public init(seed: UInt64) {
        self.seed = seed
        sequence = Sequence(seed)
    }

    /// Returns the next number.
    public mutating func next() -> UInt64 { sequence.next() }

    /// Returns the seed of one of several tasks that were submitted with one seed, such as the tasks of a `map`.
    ///
    /// - Parameter offset: the index of the task among them, counted from 0.
    public static func seed(_ seed: UInt64, at offset: Int) -> UInt64 {
        var source = SplitMix64(seed: Self.seed(seed, from: offset))
        return source.next()
    }

    /// The seed from which tasks count that come after `offset` others: the tasks of this one at 0, 1, … are those of
    /// the given one at `offset`, `offset` + 1, ….
    package static func seed(_ seed: UInt64, from offset: Int) -> UInt64 {
        seed &+ UInt64(bitPattern: Int64(offset)) &* SplitMix64.step
    }

    /// The state, which copies share.
    private final class Sequence: Sendable {
        private let words: Lock<(UInt64, UInt64, UInt64, UInt64)>

        init(_ seed: UInt64) {
            var source = SplitMix64(seed: seed)
            words = Lock((source.next(), source.next(), source.next(), source.next()))
        }

        func next() -> UInt64 {
            words.withLock { words in
                let result = Self.rotate(words.0 &+ words.3, by: 23) &+ words.0
                let shifted = words.1 << 17
                words.2 ^= words.0
                words.3 ^= words.1
                words.1 ^= words.2
                words.0 ^= words.3
                words.2 ^= shifted
                words.3 = Self.rotate(words.3, by: 45)
                return result
            }
        }

        private static func rotate(_ word: UInt64, by count: UInt64) -> UInt64 {
            word << count | word >> (64 - count)
        }
    }
}
