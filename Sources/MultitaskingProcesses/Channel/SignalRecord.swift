/// A cancel signal, in the table of signals: a cache line.
struct SignalRecord: Record {
    enum Field: Int, RecordField {
        case state = 0
        case waiters = 16
        case watched = 48
        case sets = 56

        var size: Int { self == .waiters ? WaitQueue.size : 8 }
    }

    static let size = ArenaLayout.signalStride

    let arena: Arena
    let index: Int

    @inline(__always) var offset: Int { ArenaLayout.signalTable + index * Self.size }

    /// Bit 0: set. From bit 8: the serial, so that a reference to a signal that is gone is noticed.
    @inline(__always) var state: SharedWord { word(.state) }
    @inline(__always) var waiters: WaitQueue { WaitQueue(arena: arena, offset: offset(of: .waiters)) }
    /// Asks for the pool's event to be signalled when the signal is set.
    @inline(__always) var watched: SharedWord { word(.watched) }
    /// Its number in `ChangedObjects`.
    var changeNumber: Int { ChangedObjects.number(ofSignal: index) }

    /// How many times the signals of this place were set, for those that wait while one is set and cleared.
    @inline(__always) var sets: SharedWord { word(.sets) }

    /// Tells all that wait of a change of the state that was made before.
    func wakeAll() {
        waiters.wakeAll()
        guard watched.load() != 0 else { return }
        watched.store(0)
        ChangedObjects(arena: arena).note(changeNumber)
        arena.event.signal()
    }
}

extension Arena {
    @inline(__always)
    func signal(_ index: Int) -> SignalRecord { SignalRecord(arena: self, index: index) }
}
