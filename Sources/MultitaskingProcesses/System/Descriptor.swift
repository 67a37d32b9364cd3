import Glibc

/// A file descriptor, which is closed when its owner goes.
struct Descriptor: ~Copyable, Sendable {
    /// What the system calls it; valid while this value lives.
    let number: Int32

    /// Takes over a descriptor; nil for a negative number, by which system calls say that they were refused.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }
}
