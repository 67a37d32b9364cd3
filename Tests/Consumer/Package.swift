// swift-tools-version: 6.2
import PackageDescription

// A program of somebody else's, which `make test-consumer` builds. Its targets have the names of this package's
// examples and tools, and it uses sessions on threads, for which neither C nor zstd may be built.

let names = [
    "primes", "orders", "scopes", "bank", "chaos", "fuzz", "pool-harness", "kill-harness", "every-feature",
    "OneThreadPerTask", "ParallelSequences",
]

let package = Package(
    name: "consumer",
    dependencies: [.package(name: "swift-multitasking", path: "../..")],
    targets: names.map {
        .executableTarget(
            name: $0,
            dependencies: $0 != "primes"
                ? []
                : [
                    .product(name: "MultitaskingSessions", package: "swift-multitasking"),
                    .product(name: "MultitaskingThreads", package: "swift-multitasking"),
                ])
    }
)
