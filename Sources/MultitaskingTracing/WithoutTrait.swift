#if !Tracing
    /// Needs the trait `Tracing`, without which this module is empty and its dependency is not fetched.
    ///
    /// ```swift
    /// .package(url: "…/swift-multitasking.git", from: "0.2.0", traits: [.defaults, "Tracing"])
    /// ```
    @available(
        *, unavailable, message: "give the dependency on swift-multitasking the trait \"Tracing\" in Package.swift"
    )
    public enum TracedExecutor {}
#endif
