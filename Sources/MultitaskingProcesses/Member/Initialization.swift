import CMultitaskingLinux

/// What is being initialized once on this thread's stack.
struct Initialization {
    /// Whether there is anything: a global, a `static let`, or what C and C++ initialize once.
    var isUnderWay: Bool
    /// The initializers of the globals among it, by numbers that are the same in all processes of this program.
    var initializers: [UInt64]

    /// What is under way now.
    static var underWay: Initialization {
        var numbers = [UInt64](repeating: 0, count: Int(mt_initializer_limit))
        var count: Int32 = 0
        let isUnderWay = unsafe mt_initialization_is_under_way(&numbers, Int32(mt_initializer_limit), &count)
        return Initialization(isUnderWay: isUnderWay, initializers: Array(numbers.prefix(Int(count))))
    }
}
