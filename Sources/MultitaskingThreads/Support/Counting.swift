/// Whether tasks are counted and timed. Only the benchmark that measures what that costs is built without.
enum Counting {
    @inline(__always) static var isOn: Bool {
        #if UNCOUNTED
            false
        #else
            true
        #endif
    }
}
