// swift-tools-version: 6.3
import PackageDescription

// Versions are exact, so that figures of different days were made by the same programs.
let package = Package(
    name: "swift-multitasking-benchmarks",
    dependencies: [
        .package(name: "swift-multitasking", path: ".."),
        .package(url: "https://github.com/apple/swift-nio.git", exact: "2.101.2"),
        .package(url: "https://github.com/ordo-one/benchmark.git", exact: "1.38.1", traits: []),
    ],
    targets: [
        // Side by side: each prints its figures as lines of JSON, and `Driver/bench.py` runs them all.
        .target(name: "Reporting", path: "Reporting"),
        .executableTarget(
            name: "ours",
            dependencies: [
                "Reporting",
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingProcesses", package: "swift-multitasking"),
                .product(name: "MultitaskingThreads", package: "swift-multitasking"),
            ], path: "Ours"),
        .executableTarget(
            name: "codec",
            dependencies: [
                "Reporting", .product(name: "MultitaskingSerialization", package: "swift-multitasking"),
            ], path: "Codec"),
        .executableTarget(name: "swift-peers", dependencies: ["Reporting"], path: "Peers/Swift"),
        .executableTarget(
            name: "nio-peer", dependencies: ["Reporting", .product(name: "NIOPosix", package: "swift-nio")],
            path: "Peers/NIO"),

        // Micro-benchmarks with thresholds: in instructions as valgrind counts them, and in time.
        .executableTarget(
            name: "counted",
            dependencies: [
                "Reporting",
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingSerialization", package: "swift-multitasking"),
                .product(name: "MultitaskingThreads", package: "swift-multitasking"),
            ], path: "Counted"),
        .executableTarget(
            name: "Micro",
            dependencies: [
                .product(name: "Benchmark", package: "benchmark"),
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingProcesses", package: "swift-multitasking"),
                .product(name: "MultitaskingSerialization", package: "swift-multitasking"),
                .product(name: "MultitaskingThreads", package: "swift-multitasking"),
            ],
            path: "Benchmarks/Micro",
            plugins: [.plugin(name: "BenchmarkPlugin", package: "benchmark")]),
    ],
    swiftLanguageModes: [.v6]
)
