#if !Dashboard
    /// Needs the trait `Dashboard`, without which this module is empty and its dependency is not fetched.
    ///
    /// ```swift
    /// .package(url: "…/swift-multitasking.git", from: "0.2.0", traits: [.defaults, "Dashboard"])
    /// ```
    @available(
        *, unavailable, message: "give the dependency on swift-multitasking the trait \"Dashboard\" in Package.swift"
    )
    public enum Dashboard {}
#endif
