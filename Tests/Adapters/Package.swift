// swift-tools-version: 6.3
import PackageDescription

// A package of its own, so that it turns the traits on as a user's does, and the main package's tests need none of it.
let package = Package(
    name: "adapter-tests",
    dependencies: [
        .package(
            name: "swift-multitasking", path: "../..",
            traits: [.defaults, "Metrics", "Tracing", "Lifecycle", "Dashboard"]),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        // Runs pools of processes, which the tests' own program could not.
        .executableTarget(
            name: "tracing",
            dependencies: [
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingTracing", package: "swift-multitasking"),
                .product(name: "MultitaskingProcesses", package: "swift-multitasking"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ], path: "TracingProgram"),
        // Does what Dashboard/test_dashboard.py tells it, which looks at its page.
        .executableTarget(
            name: "dashboard",
            dependencies: [
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingDashboard", package: "swift-multitasking"),
                .product(name: "MultitaskingProcesses", package: "swift-multitasking"),
            ], path: "DashboardProgram"),
        .testTarget(
            name: "MetricsTests",
            dependencies: [
                .product(name: "MultitaskingCore", package: "swift-multitasking"),
                .product(name: "MultitaskingMetrics", package: "swift-multitasking"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]),
        .testTarget(
            name: "LifecycleTests",
            dependencies: [
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingLifecycle", package: "swift-multitasking"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "Logging", package: "swift-log"),
            ]),
        .testTarget(
            name: "TracingTests",
            dependencies: [
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingInMemory", package: "swift-multitasking"),
                .product(name: "MultitaskingTracing", package: "swift-multitasking"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ]),
    ],
    swiftLanguageModes: [.v6]
)
