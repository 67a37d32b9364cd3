import CMultitaskingLinux
import MultitaskingCore

/// Pools that are made inside of other pools' tasks, and how far that may go.
enum Nesting {
    /// How many pools may be inside of each other, the outermost included.
    static let limit = 4

    /// Where the workers of a pool stand that this thread makes now.
    ///
    /// A pool in a global or `static let` is made while that is initialized, and each worker initializes its own: a
    /// task that reaches the pool that way would make another one, whose workers would make more.
    ///
    /// - Throws: `nestedTooDeep`.
    static func ofNewPool() throws -> mt_nesting {
        var nesting = mt_get_nesting()
        let depth = nesting.depth
        guard depth < limit else {
            throw MultitaskingError(
                .nestedTooDeep,
                """
                this pool would be nested in \(depth) others, and at most \(limit) levels are allowed: a task probably \
                calls the function that creates its own pool, and so on without end; pass what it needs as arguments \
                instead
                """)
        }
        let underWay = Initialization.underWay.initializers
        let known = unsafe withUnsafeBytes(of: &nesting.initializers) { unsafe Array($0.bindMemory(to: UInt64.self)) }
            .prefix(Int(clamping: nesting.count))
        if depth > 0, underWay.contains(where: known.contains) {
            throw MultitaskingError(
                .nestedTooDeep,
                """
                a task used the pool that runs it, or an enclosing one, through a global or static variable; a worker \
                has its own variables, so it would create a pool of its own, whose workers would create more; submit \
                from the process that created the pool, or create a pool inside the task
                """)
        }
        nesting.depth = depth + 1
        let all = (known + underWay).suffix(Int(mt_initializer_limit))
        nesting.count = UInt64(all.count)
        unsafe withUnsafeMutableBytes(of: &nesting.initializers) { bytes in
            unsafe Array(all).withUnsafeBytes { unsafe bytes.copyMemory(from: $0) }
        }
        return nesting
    }
}
