internal import MultitaskingPlatform

/// The stack that a thread needs to run what a program's main thread could run.
package enum StackSize {
    /// As many bytes as the main thread's stack may grow to (`RLIMIT_STACK`), in whole pages.
    ///
    /// Without a limit that is ``unlimited``: the main thread's stack then grows until it meets other memory, while a
    /// thread's has a size. It is no more than a quarter of the addresses or of the private memory that the process may
    /// use. Only addresses are taken: pages appear when they are touched. A system that refuses so many is to be asked
    /// for half, and half again, down to ``least``.
    package static var likeMainThread: Int {
        let wanted = ResourceLimit.stack.current ?? unlimited
        let bounds = [ResourceLimit.addressSpace.current, ResourceLimit.data.current].compactMap { $0.map { $0 / 4 } }
        let page = max(4096, Int(sysconf(Int32(_SC_PAGESIZE))))
        return max(least, min(wanted, unlimited, bounds.min() ?? .max)) / page * page
    }

    /// What stands for a stack without a limit.
    package static let unlimited = 1 << 30

    /// Whether there are addresses for a stack of this size and some MiB besides.
    static func isThereMore(than size: Int) -> Bool {
        let count = size + reserve
        // SAFETY: what is mapped here is used by nobody, and given back at once.
        let place = unsafe mmap(nil, count, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0)
        guard unsafe place != MAP_FAILED else { return false }
        unsafe munmap(place, count)
        return true
    }

    /// What is left for others where addresses are short.
    private static let reserve = 4 << 20

    /// What Swift's runtime and Foundation can do with in any case.
    package static let least = 512 << 10
}
