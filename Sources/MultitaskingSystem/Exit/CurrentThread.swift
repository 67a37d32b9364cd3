internal import MultitaskingPlatform

/// The calling thread.
package enum CurrentThread {
    /// A number that no other living thread of this process has; never 0.
    package static var id: UInt {
        #if canImport(Darwin)
            unsafe UInt(bitPattern: pthread_self())
        #else
            UInt(pthread_self())
        #endif
    }
}
