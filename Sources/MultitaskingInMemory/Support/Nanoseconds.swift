/// Virtual time, in whole nanoseconds since the simulation began.
typealias Nanoseconds = Int64

extension Duration {
    /// The whole nanoseconds, as far as they fit.
    var nanoseconds: Nanoseconds {
        let (seconds, attoseconds) = components
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        return overflow ? (seconds < 0 ? .min : .max) : product.addingSaturated(attoseconds / 1_000_000_000)
    }
}

extension Nanoseconds {
    /// The sum, or the nearest number if it does not fit.
    func addingSaturated(_ other: Nanoseconds) -> Nanoseconds {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
