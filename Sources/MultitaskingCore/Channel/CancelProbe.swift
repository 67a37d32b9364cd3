public import Synchronization

/// A word of memory that says whether something was cancelled, for code that checks often.
///
/// ```swift
/// let probe = signal.cancelProbe ?? .never
/// while !probe.isSet { work() }
/// ```
///
/// Checking costs one load and one comparison, about a tenth of the cost of a call through `any CancelSignal`. A
/// backend whose flags are plain words provides probes through `cancelProbe` of signals and
/// ``TaskEnvironment/endProbe``.
@safe
public struct CancelProbe: @unchecked Sendable {
    // SAFETY: the code that makes a probe vouches for the word; see `init`. All access is atomic.
    private let word: UnsafePointer<Atomic<UInt64>>
    private let mask: UInt64
    private let value: UInt64

    /// Creates a probe that is set while the word, masked by `mask`, equals `value`.
    ///
    /// The word must live as long as the object that provides the probe; code that stores a probe must also store that
    /// object.
    @unsafe
    public init(_ word: UnsafePointer<Atomic<UInt64>>, mask: UInt64, value: UInt64) {
        unsafe self.word = unsafe word
        self.mask = mask
        self.value = value
    }

    /// A probe that is never set.
    public static let never: CancelProbe = {
        let word = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: 1)
        // SAFETY: initialized here, and never freed.
        unsafe word.initialize(to: Atomic(0))
        return unsafe CancelProbe(word, mask: 1, value: 1)
    }()

    /// Whether the work was cancelled.
    ///
    /// ORDERING: relaxed, because the flag publishes no data; use a channel to pass data.
    @inline(__always)
    public var isSet: Bool { unsafe word.pointee.load(ordering: .relaxed) & mask == value }
}
