// swift-tools-version: 6.2
import PackageDescription

// A program of somebody else's, which `make test-consumer` builds. Its targets have the names of this package's
// examples and tools. One uses sessions on threads, for which neither C nor zstd may be built, and one the facade.

let names = [
    "orders", "scopes", "bank", "shared", "cluster", "wordcount", "chaos", "fuzz", "pool-harness", "kill-harness",
    "every-feature", "OneThreadPerTask", "ParallelSequences",
]

let package = Package(
    name: "consumer",
    dependencies: [.package(name: "swift-multitasking", path: "../..")],
    targets: names.map { .executableTarget(name: $0) } + [
        .executableTarget(
            name: "primes",
            dependencies: [
                .product(name: "MultitaskingSessions", package: "swift-multitasking"),
                .product(name: "MultitaskingThreads", package: "swift-multitasking"),
            ]),
        .executableTarget(
            name: "pipeline", dependencies: [.product(name: "Multitasking", package: "swift-multitasking")]),
    ]
)
