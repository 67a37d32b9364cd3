import Logging

#if CaptureSending
    import MultitaskingCaptures
#endif

extension FunctionTable {
    /// Whether closures can be taken apart in this program; says so once if they cannot.
    static let sendsCaptures: Bool = {
        #if CaptureSending
            if CaptureSending.isWorking { return true }
            Logger.processes.warning(
                """
                this program's closures are not laid out as expected, perhaps because it was built by a new compiler or without \
                metadata for reflection; functions that capture run in copies of the process where that is safe
                """)
        #endif
        return false
    }()
}
