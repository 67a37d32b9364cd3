/// What a sender looks at that waits for room in a full channel.
///
/// A sender that goes on as soon as there is room for one element meets the receiver at each cell, and both wait for
/// the cache lines that they take from each other: 4.5 million elements of 64 bytes a second from one process to
/// another. So it waits for room for several, if not for long, and then has them to itself: 5.5 million.
struct SendBackoff {
    private let queue: ChannelQueue
    /// 0 if it is not worth it, or if elements are not bounded in number.
    private let several: UInt64
    private var looks = 0

    init(_ queue: ChannelQueue) {
        self.queue = queue
        several = min(64, queue.capacity / 4)
    }

    /// Whether it is time to go on; to be asked in a loop.
    @inline(__always)
    mutating func isOver() -> Bool {
        looks += 1
        if several > 0, looks < Self.patience {
            // Each look takes the head away from the receiver, which moves it all the time.
            guard looks % 8 == 0 else { return false }
            if queue.room <= several { return queue.isClosed }
        }
        return !queue.seemsFull || queue.isClosed
    }

    /// After how many looks room for one is enough: about 10 µs, in which a receiver takes 50 elements.
    private static let patience = 512
}

extension ChannelQueue {
    /// For how many elements there is room, in a channel that bounds their number.
    @inline(__always)
    fileprivate var room: UInt64 {
        let head = header.head.load().position
        let tail = header.tail.load()
        return capacity &- min(capacity, tail &- min(tail, head))
    }
}
