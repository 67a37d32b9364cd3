#if !Metrics
    /// Needs the trait `Metrics`, without which this module is empty and its dependency is not fetched.
    ///
    /// ```swift
    /// .package(url: "…/swift-multitasking.git", from: "0.2.0", traits: [.defaults, "Metrics"])
    /// ```
    @available(
        *, unavailable, message: "give the dependency on swift-multitasking the trait \"Metrics\" in Package.swift"
    )
    public enum PoolMetrics {}
#endif
