/// Whether tasks are counted and timed. Only the benchmark that measures what that costs is built without.
package enum Counting {
    @inlinable @inline(__always)
    package static var isOn: Bool {
        #if UNCOUNTED
            false
        #else
            true
        #endif
    }
}
