#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Android)
    internal import Android
#elseif canImport(Darwin)
    internal import Darwin
#endif

/// The machine, as far as this module asks about it.
enum Machine {
    /// Lets other threads run for a moment. Not by a yield, which puts the caller behind all others of the machine, for
    /// a slice each.
    static func rest() {
        var time = timespec(tv_sec: 0, tv_nsec: 20_000)
        // SAFETY: the call only reads `time`. A signal ends it early, which is as well.
        unsafe nanosleep(&time, nil)
    }
}

extension timespec {
    /// A duration, cut to between zero and one day: longer waits are waited for in parts.
    init(_ duration: Duration) {
        let part = min(max(duration, .zero), .seconds(86_400)).components
        self.init(tv_sec: Int(part.seconds), tv_nsec: Int(part.attoseconds / 1_000_000_000))
    }

    /// This much later.
    func advanced(by duration: Duration) -> timespec {
        var sum = timespec(duration)
        sum.tv_sec += tv_sec
        sum.tv_nsec += tv_nsec
        if sum.tv_nsec >= 1_000_000_000 {
            sum.tv_sec += 1
            sum.tv_nsec -= 1_000_000_000
        }
        return sum
    }
}
