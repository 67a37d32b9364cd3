#if DEBUG || TESTABLE
    import CPtrace
    import MultitaskingCore
    import MultitaskingSerialization
    @testable import MultitaskingProcesses

    // MARK: Shared values

    extension Scenario {
        private static func sharing(
            _ name: String, marksItself: Bool = false, isGone: Bool = false,
            prepare: @escaping (World) throws -> Void = { _ in }, operate: @escaping (World) throws -> Void
        ) -> Scenario {
            var scenario = Scenario("share-\(name)", marksItself: marksItself, prepare: prepare, operate: operate)
            scenario.sharedIsGone = isGone
            return scenario
        }

        /// Makes a value in the arena, and writes a few bytes to it.
        private static func make(_ world: World, _ byteCount: Int) throws -> ProcessSharedMemory {
            try unsafe world.victim.shares.make(byteCount: byteCount, journal: world.victim.journal) { bytes in
                unsafe bytes[0] = 1
                unsafe bytes[byteCount - 1] = 2
            }
        }

        static var sharing: [Scenario] {
            [
                sharing("find") { world in
                    try world.share()
                } operate: { world in
                    withExtendedLifetime(try world.found(by: world.victim)) {}
                },
                // The victim's is the last handle.
                sharing("free", marksItself: true, isGone: true) { world in
                    try world.share()
                } operate: { world in
                    let memory = try world.found(by: world.victim)
                    world.letGoInClient()
                    pt_mark()
                    withExtendedLifetime(memory) {}
                },
                sharing("make") { world in
                    withExtendedLifetime(try make(world, 5000)) {}
                },
                sharing("make-run") { world in
                    withExtendedLifetime(try make(world, World.run)) {}
                },
                sharing("send") { world in
                    try world.share()
                    try world.openSharedChannel()
                } operate: { world in
                    try world.sendShared(by: world.victim)
                },
                sharing("send-made") { world in
                    try world.openSharedChannel()
                } operate: { world in
                    try world.sharedEnd(of: world.victim).map { end in
                        _ = try end.send(SharedArray<UInt8>(make(world, 5000)), wait: .never)
                    }
                },
                // What is on its way is all that leads to the value.
                sharing("receive", isGone: true) { world in
                    try world.share()
                    try world.openSharedChannel()
                    try world.sendShared(by: world.core.membership)
                    world.letGoInClient()
                } operate: { world in
                    let end = try world.sharedEnd(of: world.victim)
                    guard let array = try end?.receive(as: SharedArray<UInt8>.self, wait: .never), array[4999] == 7
                    else { throw Broken("the handle did not arrive") }
                },
            ].map { scenario in
                var scenario = scenario
                scenario.classes = [0, 2, 5]
                return scenario
            }
        }
    }

    extension World {
        /// The client shares a value.
        func share() throws {
            let array = try core.share([UInt8](repeating: 7, count: 5000))
            shared = array
            try core.membership.withWriter { writer in
                try writer.encode(array)
                guard let memory = writer.exports?.objects.first as? ProcessSharedMemory else {
                    throw Broken("the handle was not noted")
                }
                sharedReference = try core.membership.shares.reference(to: memory, type: 0)
            }
        }

        /// The value as a member finds it.
        func found(by membership: LocalMember) throws -> ProcessSharedMemory {
            guard let reference = sharedReference else { throw Broken("nothing is shared") }
            return try membership.shares.memory(reference)
        }

        /// The client has no handle any more.
        ///
        /// In processes that are forked from the client's, its objects do nothing.
        func letGoInClient() {
            for index in 0..<core.membership.shares.table.count {
                SharedRecord(arena: arena, index: index).letGo(by: ArenaLayout.client)
            }
        }

        /// A channel for handles.
        func openSharedChannel() throws { sharedChannel = try core.makeChannel(ChannelOptions()) }

        func sharedEnd(of membership: LocalMember) throws -> ProcessChannel? {
            try sharedChannel.map { try ProcessChannel($0.reference, membership: membership) }
        }

        func sendShared(by membership: LocalMember) throws {
            _ = try sharedEnd(of: membership)?.send(SharedArray<UInt8>(found(by: membership)), wait: .never)
        }
    }

    extension Checks {
        /// Whoever has a handle finds the value; when nobody has, it is gone.
        func checkShared() throws {
            let table = world.core.membership.shares.table
            if world.sharedReference != nil, !scenario.sharedIsGone {
                let memory = try world.found(by: world.survivor)
                try unsafe expect(memory.bytes.allSatisfy { $0 == 7 }, "the shared value has changed")
            }
            if let end = try world.sharedEnd(of: world.survivor) {
                while let array = try end.receive(as: SharedArray<UInt8>.self, wait: .never) {
                    try expect(array.count == 5000 && array[4999] <= 7, "what is on its way leads to something else")
                }
                try expect(
                    world.sharedChannel?.queue.dismantle() ?? true, "somebody is still in the channel of handles")
            }
            world.letGoInClient()
            table.sweep()
            try expect(table.liveCount == 0, "\(table.liveCount) shared values leak")
        }
    }
#endif
