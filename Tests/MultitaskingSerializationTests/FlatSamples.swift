/// What is checked of values that are plain bytes.
protocol FlatCheck {
    func check<Value: Codable & Equatable>(_ values: [Value]) throws
}

/// Values of each kind that is written as its bytes.
enum FlatSamples {
    static func check(_ check: some FlatCheck) throws {
        try check.check([Int](-3...3) + [.min, .max])
        try check.check([UInt8](0...255))
        try check.check([1.5, -.infinity, 0] as [Double])
        try check.check([Float(1), 2])
        try check.check([Int128.max, .min])
        try check.check([SIMD8<UInt64>(repeating: 3), SIMD8(1, 2, 3, 4, 5, 6, 7, 8)])
        try check.check([SIMD2<Float>(1, 2)])
        try check.check((0..<70).map { [UInt8](repeating: UInt8($0), count: $0) })
        try check.check([[Double]](repeating: [1, 2, 3], count: 2) + [[]])
        try check.check([[Int16.max, .min], [0]])
        try check.check([[UInt128.max, 1, 2]])
        try check.check([[Int8(-1)], []])
    }
}
