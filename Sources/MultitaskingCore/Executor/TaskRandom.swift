internal import Synchronization

/// A task's random numbers, which depend on its seed alone.
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
/// The same seed gives the same numbers on every backend, with any number of workers, and in the parent:
/// `TaskRandom(seed: task.seed)`. Copies continue one sequence; it may be used from several threads, which then share
/// the numbers in no particular order. It is not meant for secrets.
///
/// The numbers are those of xoshiro256++ 1.0 (David Blackman and Sebastiano Vigna, 2019), whose state is the first four
/// numbers that SplitMix64 (Guy Steele, Doug Lea and Christine Flood, 2014) gives for the seed. Neither changes within
/// a major version of this package. What the standard library makes of them, in `Int.random(in:using:)` for example,
/// may change with the version of Swift.
public struct TaskRandom: RandomNumberGenerator, Sendable {
    /// What the numbers depend on.
    public let seed: UInt64

    private let sequence: Sequence

    /// Makes a generator that begins where each one of this seed begins.
    public init(seed: UInt64) {
        self.seed = seed
        sequence = Sequence(seed)
    }

    /// The next number.
    public mutating func next() -> UInt64 { sequence.next() }

    /// The seed of one of several tasks that were started with one seed: elements of a `map`, tasks of a session.
    ///
    /// - Parameter offset: the place of the task among them, from 0.
    public static func seed(_ seed: UInt64, at offset: Int) -> UInt64 {
        var source = SplitMix64(seed: seed &+ UInt64(bitPattern: Int64(offset)) &* SplitMix64.step)
        return source.next()
    }

    /// The state, which copies share.
    private final class Sequence: Sendable {
        private let words: Mutex<(UInt64, UInt64, UInt64, UInt64)>

        init(_ seed: UInt64) {
            var source = SplitMix64(seed: seed)
            words = Mutex((source.next(), source.next(), source.next(), source.next()))
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
