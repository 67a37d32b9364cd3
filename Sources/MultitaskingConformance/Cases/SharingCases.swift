import MultitaskingCore

/// Values that exist once, however many tasks use them.
let sharingCases: [ConformanceCase] = [
    ConformanceCase(
        "sharing.anArrayIsReadByAllTasks", duty: "SharingExecutor.share(_:)",
        "Tasks in all workers read an array of numbers, an empty one, and one of structs, by position and as a whole.",
        requires: [.sharing]
    ) { trial in
        try trial.withPool { pool in
            let numbers = Array(0..<20_000)
            let shared: SharedArray<Int> = try pool.share(numbers)
            trial.expect("the parent's array", Array(shared), is: numbers)
            let parts = (0..<20).map { $0 * 1000..<($0 + 1) * 1000 }
            let futures = try parts.map { try pool.submit(sumOfShared, $0, shared) }
            for (part, future) in zip(parts, futures) {
                trial.expect("the sum of \(part)", try trial.value(of: future), is: part.reduce(0, +))
            }
            let empty: SharedArray<Int> = try pool.share([])
            trial.expect("the sum of nothing", try trial.value(of: pool.submit(sumOfShared, 0..<0, empty)), is: 0)
            let places = (0..<300).map { Place(number: $0, isOdd: $0 % 2 == 1) }
            let sharedPlaces: SharedArray<Place> = try pool.share(places)
            trial.expect("the odd ones", try trial.value(of: pool.submit(oddOnes, sharedPlaces)), is: 150)
        }
    },
    ConformanceCase(
        "sharing.aValueIsReadByAllTasks", duty: "SharingExecutor.share(_:)",
        "Tasks in all workers find a shared value as it was shared, also one that has a shared array inside.",
        requires: [.sharing]
    ) { trial in
        try trial.withPool { pool in
            let parcel = Parcel.example(Int(trial.seed % 1000) + 7)
            let shared: Shared<Parcel> = try pool.share(parcel)
            let futures = try (0..<10).map { _ in try pool.submit(valueOfShared, shared) }
            for future in futures { trial.expect("the value", try trial.value(of: future), is: parcel) }
            let nested: Shared<Crate> = try pool.share(Crate(label: "c", numbers: pool.share([1, 2, 3])))
            for _ in 0..<3 {
                trial.expect("the sum inside", try trial.value(of: pool.submit(sumOfCrate, nested)), is: 6)
            }
        }
    },
    ConformanceCase(
        "sharing.handlesGoEverywhere", duty: "SharedArray",
        "A handle arrives through a channel both ways, comes back from a task, and is part of other values.",
        requires: [.sharing]
    ) { trial in
        try trial.withPool { pool in
            let shared: SharedArray<Int> = try pool.share(Array(5..<505))
            let sum = (5..<505).reduce(0, +)
            let (there, back) = (try pool.makeChannel(), try pool.makeChannel())
            try trial.put(Crate(label: "out", numbers: shared), into: there)
            let passed = try pool.start(passOn, trial.ticket(there), trial.ticket(back))
            trial.expect("what the task found", try trial.value(of: passed), is: sum)
            trial.expect(
                "what came back", try trial.next(Crate.self, from: back).numbers.reduce(0, +), is: sum)
            let same = try trial.value(of: pool.submit(sameArray, shared))
            trial.expect("what a task returned", same.reduce(0, +), is: sum)
            trial.expect(
                "the first elements", try trial.value(of: pool.submit(firsts, [shared, same])), is: [5, 5])
        }
    },
    ConformanceCase(
        "sharing.handlesAreCaptured", duty: "SharedArray",
        "A closure that captures handles finds their values.", requires: [.sharing, .captures]
    ) { trial in
        try trial.withPool { pool in
            let number = Int(trial.seed % 1000) + 7
            let shared: SharedArray<Int> = try pool.share([1, 2, number])
            let parcel: Shared<Parcel> = try pool.share(.example(number))
            trial.expect(
                "the elements", try trial.value(of: pool.submit(1) { shared[$0] + shared[2] }), is: 2 + number)
            trial.expect(
                "the value", try trial.value(of: pool.submit(1) { parcel.value.numbers.count + $0 }),
                is: Parcel.example(number).numbers.count + 1)
        }
    },
    ConformanceCase(
        "sharing.aTaskMakesAnArray", duty: "TaskEnvironment.makeSharedMemory(byteCount:_:)",
        "An array that a task makes arrives in the parent and in other tasks; one whose making fails leaves nothing.",
        requires: [.sharing]
    ) { trial in
        try trial.withPool { pool in
            for count in [0, 1, 1000, 200_000] {
                let made = try trial.value(of: pool.start(makeShared, count, 3))
                trial.expect("how many", made.count, is: count)
                trial.expect("the last", made.last, is: count > 0 ? count + 2 : nil)
                trial.expect(
                    "the sum", try trial.value(of: pool.submit(sumOfShared, 0..<count, made)),
                    is: (0..<count).reduce(0) { $0 + $1 + 3 })
            }
            let channel = try pool.makeChannel()
            let sender = try pool.start(makeAndSend, trial.ticket(channel), 1000)
            trial.expect("how many were sent", try trial.value(of: sender), is: 1000)
            let sent = try trial.next(SharedArray<Int>.self, from: channel)
            trial.expect("what was sent", sent.reduce(0, +), is: (0..<1000).reduce(0, +))
            // Nobody asks for it.
            for _ in 0..<20 { _ = try pool.start(makeShared, 1000, 0) }
            let failing = try pool.start(failToMakeShared, 1000)
            trial.failure(of: failing, is: .invalidArgument, what: "an array that is not filled")
            trial.failure(of: try pool.start(makeShared, -1, 0), is: .invalidArgument, what: "fewer than none")
            trial.failure(
                of: try pool.start(makeShared, 1 << 42, 0), is: .invalidArgument, .arenaLimitReached,
                what: "more than memory can hold")
        }
    },
    ConformanceCase(
        "sharing.whatATaskUsesStays", duty: "SharingExecutor.share(_:)",
        "The parent drops its handles while tasks use or await the value, which they find all the same; then it is "
            + "gone.",
        requires: [.sharing]
    ) { trial in
        try trial.withPool { pool in
            let held = trial.backend.holdings(of: pool)
            let (started, gate) = (try pool.makeChannel(), try pool.makeCancelSignal())
            var shared: SharedArray<Int>? = try pool.share(Array(0..<5000))
            var futures: [Future<Int>] = []
            for _ in 0..<5 {
                guard let shared else { continue }
                futures.append(try pool.start(sumBehindGate, shared, trial.ticket(started), trial.ticket(gate)))
            }
            shared = nil
            _ = try trial.next(Int.self, from: started)
            gate.set()
            for future in futures {
                trial.expect("the sum", try trial.value(of: future), is: (0..<5000).reduce(0, +))
            }
            // Their results are read, but the futures are held.
            if let values = held["shared values"] {
                try trial.eventually("the value is gone") {
                    trial.backend.holdings(of: pool)["shared values"] == values
                }
            }
            trial.expect("the futures", futures.allSatisfy(\.isDone), is: true)
        }
    },
    ConformanceCase(
        "sharing.whatIsDroppedIsReleased", duty: "SharingExecutor.share(_:)",
        "When the last handle of a value is gone, so is what the parent held for it.", requires: [.sharing]
    ) { trial in
        try trial.withPool { pool in
            let references = References()
            var shared: Shared<Keepsake>? = try pool.share(Keepsake(references.make()))
            if let shared { trial.expect("the task", try trial.value(of: pool.submit(lookAtKeepsake, shared)), is: 1) }
            trial.expect("how many are alive", references.alive, is: 1)
            shared = nil
            try trial.eventually("nothing that was shared is left") { references.alive == 0 }
        }
    },
    ConformanceCase(
        "sharing.anotherPoolRefusesAHandle", duty: "SharedHome.reference(to:type:)",
        "A handle that is given to another pool, by argument or channel, is refused with noSuchObject.",
        requires: [.sharing, .encoding]
    ) { trial in
        try trial.withPool { pool in
            let shared: SharedArray<Int> = try pool.share([1, 2, 3])
            let value: Shared<Parcel> = try pool.share(.example(3))
            try trial.withExecutor { other in
                trial.expectThrows(.noSuchObject, from: "submit of a foreign array") {
                    try other.submit(sumOfShared, 0..<3, shared)
                }
                trial.expectThrows(.noSuchObject, from: "submit of a foreign value") {
                    try other.submit(valueOfShared, value)
                }
                let channel = try other.makeChannel()
                trial.expectThrows(.noSuchObject, from: "send of a foreign array") {
                    try channel.send(shared, wait: .never)
                }
            }
            trial.expect("the sum at home", try trial.value(of: pool.submit(sumOfShared, 0..<3, shared)), is: 6)
        }
    },
    ConformanceCase(
        "sharing.anotherTypeIsRefused", duty: "SharedReference",
        "A handle that is received as one of another type is refused, and a value that cannot be encoded as well.",
        requires: [.sharing, .encoding]
    ) { trial in
        try trial.withPool { pool in
            let shared: SharedArray<Int> = try pool.share([1, 2, 3])
            let channel = try pool.makeChannel()
            try trial.put(shared, into: channel)
            trial.expectThrows(.wrongType, from: "receive of another type") {
                try channel.receive(as: SharedArray<Double>.self, wait: .never)
            }
            trial.expect(
                "the right type", try trial.next(SharedArray<Int>.self, from: channel).count, is: 3)
            trial.expectThrows(.encodeFailed, from: "share of what cannot be encoded") {
                try pool.share(Stubborn(.encodingAtHome)) as Shared<Stubborn>
            }
        }
    },
    ConformanceCase(
        "sharing.afterTheEndNothingIsShared", duty: "SharingExecutor.share(_:)",
        "A pool that was shut down refuses to share; what it had shared can be read by the parent.",
        requires: [.sharing]
    ) { trial in
        try trial.withExecutor { pool in
            let shared: SharedArray<Int> = try pool.share([1, 2, 3])
            pool.shutdown(.drain)
            trial.expectThrows(.shutDown, from: "share of an array") { try pool.share([1]) as SharedArray<Int> }
            trial.expectThrows(.shutDown, from: "share of a value") { try pool.share("text") as Shared<String> }
            trial.expect("the elements", Array(shared), is: [1, 2, 3])
        }
    },
    ConformanceCase(
        "sharing.survivesTheDeathOfWorkers", duty: "SharingExecutor.share(_:)",
        "Workers that die while they use a value, or make one, leave it to others, and nothing behind.",
        requires: [.sharing, .crashIsolation]
    ) { trial in
        try trial.withPool { pool in
            let shared: SharedArray<Int> = try pool.share(Array(1...1000))
            for _ in 0..<3 {
                trial.failure(of: try pool.submit(dieWithShared, shared), is: .workerCrashed)
                trial.failure(of: try pool.start(dieMakingShared, shared), is: .workerCrashed)
                trial.expect(
                    "the sum for a successor", try trial.value(of: pool.submit(sumOfShared, 0..<1000, shared)),
                    is: 500_500)
            }
        }
    },
]
