import CMultitaskingLinux
import MultitaskingCore
import Synchronization

// The one file that touches shared memory word by word. Every structure in the arena is built of these words, and every
// step from one valid state to the next is a single store or compare-and-exchange of one of them: that is what makes
// the arena whole again whatever instruction a process dies at.
//
// ORDERING: unless a method's name says otherwise, loads acquire, stores release and exchanges do both, so a member
// that reads a word sees everything its writer wrote before it. `fence()` is for the one pattern that needs more:
// "write A, then read B" against "write B, then read A" (publish work and look for sleepers, against go to sleep and
// look for work). Where A is written by an exchange anyway, the ordered methods do without the fence.

/// A 64-bit word in shared memory.
@safe
struct SharedWord: @unchecked Sendable {
    // SAFETY: made only by `Arena`, inside its mapping and 8-byte aligned; the arena outlives every use because
    // mappings are only removed in `ArenaMapping.deinit`. Zero bytes are a valid Atomic<UInt64>, and all access is
    // atomic.
    private let pointer: UnsafeMutablePointer<Atomic<UInt64>>

    @inline(__always)
    init(_ address: UnsafeMutableRawPointer) {
        unsafe pointer = address.assumingMemoryBound(to: Atomic<UInt64>.self)
    }

    /// Where it is in this process; for tests of the layout.
    var address: Int { unsafe Int(bitPattern: pointer) }

    /// A probe of this word, for as long as the arena lives.
    func probe(mask: UInt64 = .max, value: UInt64) -> CancelProbe {
        unsafe CancelProbe(UnsafePointer(pointer), mask: mask, value: value)
    }

    /// Makes this thread serve the main queue until the process ends, and look at this word in between: it is zero
    /// while nothing runs here that may use the queue.
    func serveMainQueue() -> Never {
        unsafe mt_serve_main_queue(UnsafeRawPointer(pointer).assumingMemoryBound(to: UInt64.self))
    }

    @inline(__always) func load() -> UInt64 { unsafe pointer.pointee.load(ordering: .acquiring) }
    @inline(__always) func loadRelaxed() -> UInt64 { unsafe pointer.pointee.load(ordering: .relaxed) }
    @inline(__always) func store(_ value: UInt64) { unsafe pointer.pointee.store(value, ordering: .releasing) }
    @inline(__always) func storeRelaxed(_ value: UInt64) { unsafe pointer.pointee.store(value, ordering: .relaxed) }

    /// Replaces `expected` by `desired`; false, with nothing changed, if the word was something else.
    @inline(__always)
    func compareExchange(_ expected: UInt64, _ desired: UInt64) -> Bool {
        unsafe pointer.pointee.compareExchange(
            expected: expected, desired: desired, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring
        ).exchanged
    }

    /// Like ``load()``, in the one order of all ordered accesses and fences.
    @inline(__always) func loadOrdered() -> UInt64 {
        unsafe pointer.pointee.load(ordering: .sequentiallyConsistent)
    }

    /// Like ``compareExchange(_:_:)``, in the one order of all ordered accesses and fences if it succeeds.
    @inline(__always)
    func compareExchangeOrdered(_ expected: UInt64, _ desired: UInt64) -> Bool {
        unsafe pointer.pointee.compareExchange(
            expected: expected, desired: desired, successOrdering: .sequentiallyConsistent,
            failureOrdering: .acquiring
        ).exchanged
    }

    /// Adds, wrapping around, and returns the new value.
    @inline(__always) @discardableResult
    func add(_ value: UInt64) -> UInt64 {
        unsafe pointer.pointee.wrappingAdd(value, ordering: .acquiringAndReleasing).newValue
    }

    /// Subtracts, wrapping around, and returns the new value.
    @inline(__always) @discardableResult
    func subtract(_ value: UInt64) -> UInt64 {
        unsafe pointer.pointee.wrappingSubtract(value, ordering: .acquiringAndReleasing).newValue
    }

    /// Sets bits and returns the former value.
    @inline(__always) @discardableResult
    func formUnion(_ bits: UInt64) -> UInt64 {
        unsafe pointer.pointee.bitwiseOr(bits, ordering: .acquiringAndReleasing).oldValue
    }

    /// Clears bits and returns the former value.
    @inline(__always) @discardableResult
    func formClear(_ bits: UInt64) -> UInt64 {
        unsafe pointer.pointee.bitwiseAnd(~bits, ordering: .acquiringAndReleasing).oldValue
    }
}

/// A 32-bit word in shared memory on which processes can sleep.
@safe
struct SharedFutex: @unchecked Sendable {
    // SAFETY: as for `SharedWord`, 4-byte aligned. The kernel only compares the word, it never writes it.
    private let pointer: UnsafeMutablePointer<Atomic<UInt32>>

    @inline(__always)
    init(_ address: UnsafeMutableRawPointer) {
        unsafe pointer = address.assumingMemoryBound(to: Atomic<UInt32>.self)
    }

    @inline(__always) func load() -> UInt32 { unsafe pointer.pointee.load(ordering: .acquiring) }
    /// Like ``load()``, in the one order of all ordered accesses and fences.
    @inline(__always) func loadOrdered() -> UInt32 {
        unsafe pointer.pointee.load(ordering: .sequentiallyConsistent)
    }
    @inline(__always) func store(_ value: UInt32) { unsafe pointer.pointee.store(value, ordering: .releasing) }

    /// Replaces `expected` by `desired`; false, with nothing changed, if the word was something else.
    @inline(__always) @discardableResult
    func compareExchange(_ expected: UInt32, _ desired: UInt32) -> Bool {
        unsafe pointer.pointee.compareExchange(
            expected: expected, desired: desired, successOrdering: .acquiringAndReleasing, failureOrdering: .acquiring
        ).exchanged
    }

    /// Sets bits and returns the former value.
    @inline(__always) @discardableResult
    func formUnion(_ bits: UInt32) -> UInt32 {
        unsafe pointer.pointee.bitwiseOr(bits, ordering: .acquiringAndReleasing).oldValue
    }

    /// Clears bits and returns the former value.
    @inline(__always) @discardableResult
    func formClear(_ bits: UInt32) -> UInt32 {
        unsafe pointer.pointee.bitwiseAnd(~bits, ordering: .acquiringAndReleasing).oldValue
    }

    /// Adds, wrapping around, and returns the former value.
    @inline(__always) @discardableResult
    func add(_ value: UInt32) -> UInt32 {
        unsafe pointer.pointee.wrappingAdd(value, ordering: .acquiringAndReleasing).oldValue
    }

    /// Adds one, wrapping around.
    @inline(__always)
    func increment() { add(1) }

    /// Sleeps while the word is `expected`, until woken or for at most `nanoseconds` (negative: forever).
    func sleep(while expected: UInt32, nanoseconds: Int64) {
        _ = unsafe mt_futex_wait(pointer, expected, nanoseconds)
    }

    /// Wakes up to `count` sleepers.
    func wake(_ count: Int32 = .max) {
        _ = unsafe mt_futex_wake(pointer, count)
    }
}

/// Orders everything before it against the stores after it, for a reader that acquires.
@inline(__always)
func releasingFence() { atomicMemoryFence(ordering: .releasing) }

/// Orders everything before it against everything after it, for all processes.
@inline(__always)
func fence() { atomicMemoryFence(ordering: .sequentiallyConsistent) }
