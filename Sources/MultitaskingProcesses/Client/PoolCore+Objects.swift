import MultitaskingCore
import Synchronization

extension PoolCore {
    /// The channels and signals of the pool.
    struct Objects {
        var channels: ObjectNumbers
        /// Channels that were let go while somebody was in the middle of one of their places.
        var lingering: [ChannelQueue] = []
        var signals: ObjectNumbers

        init(origin: UInt64) {
            channels = ObjectNumbers(limit: ArenaLayout.channelLimit, origin: origin)
            signals = ObjectNumbers(limit: ArenaLayout.signalLimit, origin: origin)
        }
    }

    func makeChannel(_ options: ChannelOptions) throws -> ProcessChannel {
        try options.validate()
        if let capacity = options.capacity, capacity > Int(UInt32.max) {
            throw MultitaskingError(
                .invalidArgument,
                "a channel's capacity is \(capacity); give a number from 0 to 4294967295, or nil for no bound")
        }
        try checkUsable()
        releaseLingering()
        let (index, serial) = try objects.withLock { objects in
            guard let number = objects.channels.take() else {
                throw MultitaskingError(
                    .arenaLimitReached, "the pool has \(ArenaLayout.channelLimit) channels; release some first")
            }
            return number
        }
        let header = arena.channel(index)
        header.initialize(options)
        let queue = ChannelQueue(header: header, serial: serial, membership: membership)
        do { try queue.begin() } catch {
            objects.withLock { $0.channels.giveBack(index) }
            throw error
        }
        let count = arena.header.channelCount
        count.store(max(count.load(), UInt64(index + 1)))
        header.state.store(serial << 8 | ChannelHeader.liveFlag)
        return ProcessChannel(
            membership: membership, index: index, serial: serial, closesWithSenders: options.closesWithSenders
        ) { [self] in
            // The handles of a copy of this process are not the last ones.
            if belongsToThisProcess { release(queue) }
        }
    }

    private func release(_ queue: ChannelQueue) {
        queue.header.state.store(queue.serial << 8)
        queue.header.wakeAll()
        objects.withLock { $0.lingering.append(queue) }
        releaseLingering()
    }

    /// Gives back what dropped channels hold, unless somebody is in the middle of one of their elements.
    func releaseLingering() {
        let lingering = objects.withLock { exchange(&$0.lingering, with: []) }
        guard !lingering.isEmpty else { return }
        for queue in lingering {
            let isGone = queue.dismantle()
            objects.withLock { objects in
                if isGone { objects.channels.giveBack(queue.header.index) } else { objects.lingering.append(queue) }
            }
        }
    }

    func makeCancelSignal() throws -> ProcessCancelSignal {
        try checkUsable()
        let (index, serial) = try objects.withLock { objects in
            guard let number = objects.signals.take() else {
                throw MultitaskingError(
                    .arenaLimitReached, "the pool has \(ArenaLayout.signalLimit) cancel events; release some first")
            }
            return number
        }
        arena.signal(index).state.store(serial << 8)
        return ProcessCancelSignal(membership: membership, index: index, serial: serial) { [self] in
            guard belongsToThisProcess else { return }
            ProcessCancelSignal.remove(index, in: membership)
            objects.withLock { $0.signals.giveBack(index) }
        }
    }
}
