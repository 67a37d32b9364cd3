// The one file that handles the memory of the pool's queue.
//
// The algorithm is that of crossbeam's unbounded queue (crossbeam-rs/crossbeam, crossbeam-channel/src/flavors/list.rs):
// a linked list of blocks of slots; a sender takes a slot by moving the tail's index on, a receiver by moving the
// head's; a thread that takes the last slot of a block puts the next block in place; the last reader of a block frees
// it. There is no lock, the order is that in which slots were taken, and closing is one bit in the tail's index, so
// that every element was either refused or is seen by a thread that then drains the queue.

internal import Synchronization

/// An unbounded first-in-first-out queue of references, for any number of senders and receivers.
@safe final class SegmentedQueue<Element: AnyObject & Sendable>: @unchecked Sendable {
    /// A block of `lap` words: a slot each, but the last, which holds the address of the next block; and as many notes
    /// behind them.
    ///
    /// A slot is 0 until it is written; then the element's address, and the flags `isRead`, `mayFree` and `hasNote`. A
    /// note is only looked at if its slot says that there is one, so that most elements touch no further line.
    private typealias Block = UnsafeMutablePointer<Atomic<UInt>>

    /// The number of positions in a block. The last is not a slot: an index there means "the next block is being put in
    /// place".
    private static var lap: UInt { 256 }
    private static var capacity: UInt { lap - 1 }
    /// An index counts in steps of 2: its lowest bit is a flag.
    private static var step: UInt { 2 }
    /// In the tail's index: closed.
    private static var closedBit: UInt { 1 }
    /// In the head's index: the block is not the last one, so that the tail need not be looked at.
    private static var hasNext: UInt { 1 }
    private static var isRead: UInt { 1 }
    private static var mayFree: UInt { 2 }
    private static var hasNote: UInt { 4 }
    private static var flags: UInt { isRead | mayFree | hasNote }

    // SAFETY: `ends` holds words that live as long as the queue: the head's index and block; 128 bytes on, so that
    // senders and receivers do not share a cache line, the tail's; and, another 128 bytes on, the addresses of blocks
    // that are kept for use again. Blocks are freed by their last reader: see `free`. Element addresses are
    // retained references.
    private let ends: UnsafeMutablePointer<Atomic<UInt>>
    private static var endsCount: Int { 64 }
    /// Freed blocks come from other threads than new ones are needed in, which is where `malloc` is slow.
    private static var keptBlocks: Range<Int> { 32..<40 }

    private var headIndex: UnsafeMutablePointer<Atomic<UInt>> { unsafe ends }
    private var headBlock: UnsafeMutablePointer<Atomic<UInt>> { unsafe ends + 1 }
    private var tailIndex: UnsafeMutablePointer<Atomic<UInt>> { unsafe ends + 16 }
    private var tailBlock: UnsafeMutablePointer<Atomic<UInt>> { unsafe ends + 17 }

    init() {
        unsafe ends = .allocate(capacity: Self.endsCount)
        for word in 0..<Self.endsCount { unsafe (ends + word).initialize(to: Atomic(0)) }
        let first = unsafe Self.address(of: makeBlock())
        unsafe headBlock.pointee.store(first, ordering: .relaxed)
        unsafe tailBlock.pointee.store(first, ordering: .relaxed)
    }

    deinit {
        while pop() != nil {}
        // SAFETY: nobody else has a reference, and the drained queue has exactly one block left.
        unsafe Self.block(at: headBlock.pointee.load(ordering: .relaxed))?.deallocate()
        for place in Self.keptBlocks { unsafe Self.block(at: ends[place].load(ordering: .relaxed))?.deallocate() }
        unsafe ends.deallocate()
    }

    /// Whether the queue was closed.
    var isClosed: Bool {
        // ORDERING: sequentially consistent, as every look at the tail that decides whether a worker may sleep or end;
        // pairs with the update of the idle count, see `IdleWorkers`.
        unsafe tailIndex.pointee.load(ordering: .sequentiallyConsistent) & Self.closedBit != 0
    }

    /// Whether there was nothing to pop at some moment during the call.
    var isEmpty: Bool {
        // ORDERING: as in `isClosed`. The head is read first: it only grows, and never beyond the tail.
        let head = unsafe headIndex.pointee.load(ordering: .sequentiallyConsistent)
        let tail = unsafe tailIndex.pointee.load(ordering: .sequentiallyConsistent)
        return head / Self.step == tail / Self.step
    }

    /// How many elements there are, about: others change that meanwhile.
    var count: Int {
        let head = unsafe headIndex.pointee.load(ordering: .sequentiallyConsistent)
        let tail = unsafe tailIndex.pointee.load(ordering: .sequentiallyConsistent)
        let positions = tail / Self.step &- head / Self.step
        // The last position of each block holds no element.
        return Int(positions &- (tail / Self.step / Self.lap &- head / Self.step / Self.lap))
    }

    /// How many elements were ever put in.
    var pushedCount: Int {
        // ORDERING: acquiring, so that what was taken out is among what was put in.
        let tail = unsafe tailIndex.pointee.load(ordering: .acquiring) / Self.step
        return Int(tail &- tail / Self.lap)
    }

    /// A number that grows with each element, on the line that `push` needs next.
    @inline(__always) var position: UInt { unsafe tailIndex.pointee.load(ordering: .relaxed) / Self.step }

    /// Refuses every later `push`.
    func close() {
        // ORDERING: sequentially consistent: a push either came before, and is seen by every thread that sees the bit,
        // or fails.
        unsafe tailIndex.pointee.bitwiseOr(Self.closedBit, ordering: .sequentiallyConsistent)
    }

    /// Puts `element` at the end; false if the queue is closed.
    ///
    /// - Parameter note: what comes out with it.
    func push(_ element: Element, with note: UInt = 0) -> Bool {
        var spare: Block?
        defer { if let spare = unsafe spare { unsafe keep(spare) } }
        var backoff = Backoff()
        // ORDERING: acquiring, pairs with the releasing stores of the thread that put the block in place.
        var tail = unsafe tailIndex.pointee.load(ordering: .acquiring)
        while true {
            if tail & Self.closedBit != 0 { return false }
            let offset = tail / Self.step % Self.lap
            let address = unsafe tailBlock.pointee.load(ordering: .acquiring)
            guard offset != Self.capacity, let block = unsafe Self.block(at: address) else {
                backoff.pause()
                tail = unsafe tailIndex.pointee.load(ordering: .acquiring)
                continue
            }
            let isLast = offset + 1 == Self.capacity
            if isLast, unsafe spare == nil { unsafe spare = makeBlock() }
            // ORDERING: sequentially consistent: "the queue is not empty" comes before the sender's look at the idle
            // workers.
            let (taken, original) = unsafe tailIndex.pointee.weakCompareExchange(
                expected: tail, desired: tail &+ Self.step,
                successOrdering: .sequentiallyConsistent, failureOrdering: .acquiring)
            guard taken else {
                tail = original
                continue
            }
            if isLast, let next = unsafe spare {
                unsafe append(next, after: block)
                unsafe spare = nil
            }
            var word = unsafe UInt(bitPattern: Unmanaged.passRetained(element).toOpaque())
            if note != 0 {
                // ORDERING: relaxed; the slot below releases it.
                unsafe block[Int(Self.lap + offset)].store(note, ordering: .relaxed)
                word |= Self.hasNote
            }
            // ORDERING: releasing, pairs with the acquiring load in `take`. An "or", because `mayFree` can be there.
            unsafe block[Int(offset)].bitwiseOr(word, ordering: .releasing)
            return true
        }
    }

    /// Takes the first element; nil if there is none.
    func pop() -> Element? {
        var note: UInt = 0
        return pop(&note)
    }

    /// Takes the first element; nil if there is none.
    ///
    /// - Parameter note: becomes what was put in with the element.
    func pop(_ note: inout UInt) -> Element? {
        var backoff = Backoff()
        // ORDERING: acquiring, pairs with the releasing stores in `advanceHead`.
        var head = unsafe headIndex.pointee.load(ordering: .acquiring)
        while true {
            let offset = head / Self.step % Self.lap
            let address = unsafe headBlock.pointee.load(ordering: .acquiring)
            guard offset != Self.capacity, let block = unsafe Self.block(at: address) else {
                backoff.pause()
                head = unsafe headIndex.pointee.load(ordering: .acquiring)
                continue
            }
            var next = head &+ Self.step
            if next & Self.hasNext == 0 {
                // ORDERING: sequentially consistent, see `isClosed`.
                let tail = unsafe tailIndex.pointee.load(ordering: .sequentiallyConsistent)
                if head / Self.step == tail / Self.step { return nil }
                if head / Self.step / Self.lap != tail / Self.step / Self.lap { next |= Self.hasNext }
            }
            // ORDERING: acquiring and releasing; the slot is now ours alone.
            let (taken, original) = unsafe headIndex.pointee.weakCompareExchange(
                expected: head, desired: next, successOrdering: .sequentiallyConsistent, failureOrdering: .acquiring)
            guard taken else {
                head = original
                continue
            }
            if offset + 1 == Self.capacity { unsafe advanceHead(beyond: block, index: next) }
            return unsafe take(offset, of: block, &note)
        }
    }

    /// Puts a new block in place; called by the thread that took the last slot of `block`.
    private func append(_ next: Block, after block: Block) {
        let address = unsafe Self.address(of: next)
        // ORDERING: releasing: a thread that sees the index beyond the gap also sees the block.
        unsafe tailBlock.pointee.store(address, ordering: .releasing)
        unsafe tailIndex.pointee.add(Self.step, ordering: .sequentiallyConsistent)
        unsafe block[Int(Self.capacity)].store(address, ordering: .releasing)
    }

    /// Moves the head to the next block; called by the thread that took the last slot of `block`.
    private func advanceHead(beyond block: Block, index: UInt) {
        var backoff = Backoff()
        // ORDERING: acquiring, pairs with the releasing store in `append`.
        var address = unsafe block[Int(Self.capacity)].load(ordering: .acquiring)
        while address == 0 {
            backoff.pause()
            address = unsafe block[Int(Self.capacity)].load(ordering: .acquiring)
        }
        var index = index & ~Self.hasNext &+ Self.step
        if let next = unsafe Self.block(at: address),
            unsafe next[Int(Self.capacity)].load(ordering: .relaxed) != 0
        {
            index |= Self.hasNext
        }
        // ORDERING: releasing: a thread that sees the index beyond the gap also sees the block.
        unsafe headBlock.pointee.store(address, ordering: .releasing)
        unsafe headIndex.pointee.store(index, ordering: .releasing)
    }

    /// Reads a slot that is ours, and frees the block if this was its last reader.
    private func take(_ offset: UInt, of block: Block, _ note: inout UInt) -> Element? {
        var backoff = Backoff()
        // ORDERING: acquiring, pairs with the releasing "or" in `push`.
        var word = unsafe block[Int(offset)].load(ordering: .acquiring)
        while word & ~Self.mayFree == 0 {
            backoff.pause()
            word = unsafe block[Int(offset)].load(ordering: .acquiring)
        }
        // ORDERING: relaxed; the slot was read above, acquiring. Before the block is given away.
        note = word & Self.hasNote == 0 ? 0 : unsafe block[Int(Self.lap + offset)].load(ordering: .relaxed)
        if offset + 1 == Self.capacity {
            unsafe free(block, from: 0)
        } else {
            // ORDERING: releasing our reading to the thread that frees; acquiring the others' if that is us.
            let flags = unsafe block[Int(offset)].bitwiseOr(Self.isRead, ordering: .acquiringAndReleasing).oldValue
            if flags & Self.mayFree != 0 { unsafe free(block, from: offset + 1) }
        }
        // SAFETY: the word is the reference that `push` retained, and only the thread that took the slot reads it.
        let pointer = unsafe UnsafeRawPointer(bitPattern: word & ~Self.flags)
        guard let pointer = unsafe pointer else { return nil }
        return unsafe Unmanaged<Element>.fromOpaque(pointer).takeRetainedValue()
    }

    /// Frees a block all of whose slots were taken, or leaves that to the first thread that is still reading.
    private func free(_ block: Block, from start: UInt) {
        for offset in Int(start)..<Int(Self.capacity - 1) {
            // ORDERING: acquiring the reading of threads that are through, releasing ours to one that is not.
            if unsafe block[offset].load(ordering: .acquiring) & Self.isRead == 0,
                unsafe block[offset].bitwiseOr(Self.mayFree, ordering: .acquiringAndReleasing).oldValue & Self.isRead
                    == 0
            {
                return
            }
        }
        unsafe keep(block)
    }

    /// Puts a block aside for use again, or frees it if there are enough.
    private func keep(_ block: Block) {
        let address = unsafe Self.address(of: block)
        for place in Self.keptBlocks where unsafe ends[place].load(ordering: .relaxed) == 0 {
            // ORDERING: releasing our use of the block to the next user.
            if unsafe ends[place].compareExchange(expected: 0, desired: address, ordering: .releasing).exchanged {
                return
            }
        }
        unsafe block.deallocate()
    }

    private func makeBlock() -> Block {
        let block = unsafe takeKeptBlock() ?? Block.allocate(capacity: 2 * Int(Self.lap))
        for offset in 0..<2 * Int(Self.lap) { unsafe (block + offset).initialize(to: Atomic(0)) }
        return unsafe block
    }

    private func takeKeptBlock() -> Block? {
        for place in Self.keptBlocks where unsafe ends[place].load(ordering: .relaxed) != 0 {
            // ORDERING: acquiring, pairs with the releasing in `keep`.
            let address = unsafe ends[place].exchange(0, ordering: .acquiring)
            if let block = unsafe Self.block(at: address) { return unsafe block }
        }
        return nil
    }

    private static func address(of block: Block) -> UInt { UInt(bitPattern: block) }

    private static func block(at address: UInt) -> Block? { unsafe Block(bitPattern: address) }
}
