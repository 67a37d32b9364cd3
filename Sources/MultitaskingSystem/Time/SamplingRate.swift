/// Decides of which tasks a time is taken: of the first ones, so that what is said of few tasks is exact, and then of
/// each, or of one of several, which stands for all, where they come faster than is worth a look at the clock each.
package struct SamplingRate: Sendable {
    /// Of how many tasks one is sampled at most.
    package static let most = 256

    /// Tasks that come in less than this are the fastest, of which one of ``most`` is sampled; in nanoseconds.
    private let fast: Int64
    /// Tasks that come in more than this are all sampled; of others, one of 16.
    private let slow: Int64
    /// How many more tasks are sampled however fast they come.
    private var first = 256

    /// For the times of a worker's tasks, of which each takes so many nanoseconds to be taken: they add a twentieth to
    /// tasks of the fastest kind that is sampled more often.
    package static func tasks(cost: Int64) -> SamplingRate {
        SamplingRate(fast: 20 * cost, slow: 200 * cost)
    }

    /// For the moments of submission: a look at the clock takes 25 ns, and a task that is noted is timed.
    package static let submissions = SamplingRate(fast: 1_000, slow: 4_000)

    /// Of how many tasks one is sampled that come in so many nanoseconds on average; at least 1.
    package func share(ofTasksComingIn average: Int64) -> Int { average < fast ? Self.most : average < slow ? 16 : 1 }

    /// A task was sampled: how many to pass over before the next.
    package mutating func passOver(afterTasksComingIn average: Int64) -> Int {
        if first > 0 { first -= 1 }
        return first == 0 ? share(ofTasksComingIn: average) - 1 : 0
    }

    /// How many tasks are sampled in any case.
    package var remainingFirst: Int { first }
}
