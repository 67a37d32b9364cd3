#if !Lifecycle
    /// Needs the trait `Lifecycle`, without which this module is empty and its dependency is not fetched.
    ///
    /// ```swift
    /// .package(url: "…/swift-multitasking.git", from: "0.2.0", traits: [.defaults, "Lifecycle"])
    /// ```
    @available(
        *, unavailable, message: "give the dependency on swift-multitasking the trait \"Lifecycle\" in Package.swift"
    )
    public enum PoolService {}
#endif
