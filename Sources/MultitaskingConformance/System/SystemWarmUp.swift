/// Has Swift's concurrency open its descriptors, which it keeps, before a case could be blamed for them.
enum SystemWarmUp {
    static let shared = Task.detached {
        for _ in 0..<10 {
            // A timer that is due before anybody looks at it opens nothing, so these are not too short.
            try? await Task.sleep(for: .milliseconds(30), clock: .continuous)
            try? await Task.sleep(for: .milliseconds(30), clock: .suspending)
            if Resources.timerCount >= 2 { return }
        }
    }
}
