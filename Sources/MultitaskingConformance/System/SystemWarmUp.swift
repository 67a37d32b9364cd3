/// Has Swift's concurrency open its descriptors, which it keeps, before a case could be blamed for them.
enum SystemWarmUp {
    static let shared = Task.detached {
        try? await Task.sleep(for: .milliseconds(1), clock: .continuous)
        try? await Task.sleep(for: .milliseconds(1), clock: .suspending)
    }
}
