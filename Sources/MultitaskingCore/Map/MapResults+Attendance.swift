internal import Synchronization

/// Something that goes on while somebody waits, such as a display of the progress.
package protocol WaitAttendant: Sendable {
    /// Ends it; blocks until it has ended.
    @available(*, noasync, message: "this blocks the thread")
    func end()

    /// Ends it; suspends until it has ended.
    func end() async
}

extension MapResults {
    package typealias Attendance = @Sendable (_ look: @escaping @Sendable () -> Progress) -> (any WaitAttendant)?

    /// Makes something go on whenever somebody waits for the results.
    package func attend(_ begin: @escaping Attendance) { attendance.withLock { $0 = begin } }

    /// Begins what goes on during a wait; nil if that is nothing.
    func beginAttendance(of wait: WaitLimit) -> (any WaitAttendant)? {
        if case .never = wait { return nil }
        return attendance.withLock { $0 }?({ self.progress })
    }
}
