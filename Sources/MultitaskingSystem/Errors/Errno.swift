internal import MultitaskingPlatform

/// What the system says about an error number, and the number.
package func describe(errno number: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let start = buffer.baseAddress else { return "errno \(number)" }
        // SAFETY: both calls stay inside the buffer, and strerror_r ends what it writes with a zero.
        guard unsafe strerror_r(number, start, buffer.count) == 0 else { return "errno \(number)" }
        return unsafe String(cString: start) + " (errno \(number))"
    }
}
