internal import MultitaskingPlatform

/// A signal's handler, which the systems name differently.
extension sigaction {
    /// SAFETY: handlers of both kinds share one word, which is a function's address or a small number.
    var handlerAddress: Int {
        #if canImport(Darwin)
            unsafe unsafeBitCast(__sigaction_u.__sa_handler, to: Int.self)
        #elseif canImport(Musl)
            unsafe unsafeBitCast(__sa_handler.sa_handler, to: Int.self)
        #elseif canImport(Android)
            unsafe unsafeBitCast(sa_handler, to: Int.self)
        #else
            unsafe unsafeBitCast(__sigaction_handler.sa_handler, to: Int.self)
        #endif
    }

    mutating func setHandler(_ handler: @escaping @convention(c) (Int32) -> Void) {
        #if canImport(Darwin)
            unsafe __sigaction_u.__sa_handler = handler
        #elseif canImport(Musl)
            unsafe __sa_handler.sa_handler = handler
        #elseif canImport(Android)
            unsafe sa_handler = handler
        #else
            unsafe __sigaction_handler.sa_handler = handler
        #endif
    }
}
