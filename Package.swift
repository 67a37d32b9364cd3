// swift-tools-version: 6.3
import PackageDescription

let package = Package(
    name: "swift-multitasking",
    products: [
        .library(name: "Multitasking", targets: ["Multitasking"]),
        .library(name: "MultitaskingCore", targets: ["MultitaskingCore"]),
        .library(name: "MultitaskingSessions", targets: ["MultitaskingSessions"]),
        .library(name: "MultitaskingSerialization", targets: ["MultitaskingSerialization"]),
        .library(name: "MultitaskingCaptures", targets: ["MultitaskingCaptures"]),
        .library(name: "MultitaskingThreads", targets: ["MultitaskingThreads"]),
        .library(name: "MultitaskingProcesses", targets: ["MultitaskingProcesses"]),
        .library(name: "MultitaskingRay", targets: ["MultitaskingRay"]),
        .library(name: "MultitaskingLaunch", targets: ["MultitaskingLaunch"]),
        .library(name: "MultitaskingConformance", targets: ["MultitaskingConformance"]),
        .library(name: "MultitaskingInMemory", targets: ["MultitaskingInMemory"]),
        .library(name: "MultitaskingLogging", targets: ["MultitaskingLogging"]),
        // Empty without the trait of their name.
        .library(name: "MultitaskingMetrics", targets: ["MultitaskingMetrics"]),
        .library(name: "MultitaskingTracing", targets: ["MultitaskingTracing"]),
        .library(name: "MultitaskingLifecycle", targets: ["MultitaskingLifecycle"]),
        .library(name: "MultitaskingDashboard", targets: ["MultitaskingDashboard"]),
        // Only a product can be a library of its own; the tests load it. The names of a product's targets must be
        // unique in every program that depends on this package, so they are long.
        .library(name: "multitasking-test-plugin", type: .dynamic, targets: ["MultitaskingTestPlugin"]),
    ],
    traits: [
        .trait(
            name: "CaptureSending",
            description: """
                Functions that capture values are sent to other processes by copying the values. It reads what the \
                compiler writes down about closures; without it, such functions run in copies of the process where \
                that is safe.
                """),
        .trait(name: "Metrics", description: "MultitaskingMetrics reports pools to swift-metrics."),
        .trait(name: "Tracing", description: "MultitaskingTracing writes spans of tasks by swift-distributed-tracing."),
        .trait(
            name: "Lifecycle", description: "MultitaskingLifecycle runs pools as services of swift-service-lifecycle."),
        .trait(name: "Dashboard", description: "MultitaskingDashboard serves a page that shows what pools do."),
        .default(enabledTraits: ["CaptureSending"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.0"),
        // Each of these is fetched only with the trait whose target uses it.
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing.git", from: "1.7.3"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
        .package(url: "https://github.com/swhitty/FlyingFox.git", .upToNextMinor(from: "0.27.1")),
    ],
    targets: [
        .target(name: "MultitaskingCore", dependencies: ["MultitaskingPlatform"]),
        // The C library, whose name differs from system to system. No product.
        .target(name: "MultitaskingPlatform"),
        // What several backends need of the system. No product: what it offers is for this package alone.
        .target(
            name: "MultitaskingSystem",
            dependencies: [
                "MultitaskingCore", "MultitaskingPlatform", "CMultitaskingClock",
                .product(name: "Logging", package: "swift-log"),
            ]),
        .target(
            name: "MultitaskingSerialization",
            dependencies: ["MultitaskingCore", "MultitaskingPlatform", "CMultitaskingImages", "CZstd"]),
        .target(
            name: "MultitaskingCaptures",
            dependencies: ["MultitaskingCore", "MultitaskingSerialization", "CMultitaskingCaptures"]),
        .target(
            name: "MultitaskingThreads",
            dependencies: ["MultitaskingCore", "MultitaskingPlatform", "MultitaskingSystem"]),
        .target(
            name: "MultitaskingProcesses",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "CMultitaskingLinux",
                .product(name: "Logging", package: "swift-log"),
                .target(name: "MultitaskingCaptures", condition: .when(traits: ["CaptureSending"])),
            ],
            // Each folder says in which process it runs, and what it may touch.
            exclude: [
                "System", "Options", "Arena", "Tasks", "Member", "Channel", "Worker", "Supervisor", "Client",
            ].map { "\($0)/README.md" }),
        // Managers, sessions and tasks, against the protocols alone: needs neither C nor zstd.
        .target(
            name: "MultitaskingSessions",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem",
                .product(name: "OrderedCollections", package: "swift-collections"),
            ]),
        .target(
            name: "Multitasking",
            dependencies: [
                "MultitaskingCore", "MultitaskingSessions", "MultitaskingThreads", "MultitaskingProcesses",
            ]),
        // Workers on other machines: what speaks with them, and what they are made of. No product; backends use it.
        .target(
            name: "RemoteWorkers",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "CMultitaskingLinux",
                "CRemoteWorkers",
                .target(name: "MultitaskingCaptures", condition: .when(traits: ["CaptureSending"])),
            ],
            // The driver travels in the library, so that no file is needed beside the program.
            resources: [.embedInCode("Resources/swiftray")]),
        .target(name: "CRemoteWorkers", dependencies: ["CMultitaskingLinux"]),
        .target(
            name: "MultitaskingRay",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingSessions",
                "RemoteWorkers", "CMultitaskingLinux", "CRemoteWorkers",
            ],
            // What of the driver speaks with Ray.
            resources: [.embedInCode("Resources/swiftray")]),
        .target(
            name: "MultitaskingLaunch",
            dependencies: ["MultitaskingCore", "MultitaskingSystem", "MultitaskingSessions", "RemoteWorkers"],
            // What of the driver launches workers, and what it launches.
            resources: [.embedInCode("Resources/swiftray")]),
        // Imports Testing, which only test programs can: nothing but tests may depend on it.
        .target(
            name: "MultitaskingConformance",
            dependencies: ["MultitaskingCore", "MultitaskingPlatform", "MultitaskingSystem"]),
        .target(
            name: "MultitaskingInMemory",
            dependencies: [
                "MultitaskingCore", "MultitaskingPlatform", "MultitaskingSystem", "MultitaskingSerialization",
                "MultitaskingSessions",
                .target(name: "MultitaskingCaptures", condition: .when(traits: ["CaptureSending"])),
            ]),
        // swift-log is there in any case, so it needs no trait.
        .target(
            name: "MultitaskingLogging",
            dependencies: ["MultitaskingSystem", .product(name: "Logging", package: "swift-log")]),
        // Adapters to other libraries. Without its trait each is an empty module, and its library is not fetched.
        .target(
            name: "MultitaskingMetrics",
            dependencies: [
                "MultitaskingCore",
                .product(name: "Metrics", package: "swift-metrics", condition: .when(traits: ["Metrics"])),
            ]),
        .target(
            name: "MultitaskingTracing",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem",
                .product(name: "Tracing", package: "swift-distributed-tracing", condition: .when(traits: ["Tracing"])),
            ]),
        .target(
            name: "MultitaskingLifecycle",
            dependencies: [
                "MultitaskingCore", .product(name: "Logging", package: "swift-log"),
                .product(
                    name: "ServiceLifecycle", package: "swift-service-lifecycle",
                    condition: .when(traits: ["Lifecycle"])),
            ]),
        .target(
            name: "MultitaskingDashboard",
            dependencies: [
                "MultitaskingCore", "MultitaskingPlatform", "MultitaskingSessions",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "FlyingFox", package: "FlyingFox", condition: .when(traits: ["Dashboard"])),
            ],
            // Part of the program, so that there is no file to be shipped beside it.
            resources: [
                .embedInCode("Page/index.html"), .embedInCode("Page/dashboard.css"),
                .embedInCode("Page/dashboard.js"),
            ]),
        .target(name: "CMultitaskingImages"),
        .target(name: "CMultitaskingLinux", dependencies: ["CMultitaskingImages"]),
        .target(name: "CMultitaskingCaptures", dependencies: ["CMultitaskingImages"]),
        // A header, and nothing to compile.
        .systemLibrary(name: "CMultitaskingClock"),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),

        .executableTarget(name: "primes", dependencies: ["Multitasking"], path: "Examples/primes"),
        .executableTarget(name: "orders", dependencies: ["Multitasking"], path: "Examples/orders"),
        .executableTarget(name: "scopes", dependencies: ["Multitasking"], path: "Examples/scopes"),
        .executableTarget(name: "shared", dependencies: ["Multitasking"], path: "Examples/shared"),
        .executableTarget(
            name: "cluster", dependencies: ["Multitasking", "MultitaskingRay"], path: "Examples/cluster"),
        .executableTarget(name: "wordcount", dependencies: ["Multitasking"], path: "Examples/wordcount"),
        .executableTarget(name: "pipeline", dependencies: ["Multitasking"], path: "Examples/pipeline"),
        // The backend that the article "Implementing a backend" explains.
        .target(
            name: "OneThreadPerTask", dependencies: ["MultitaskingCore", "MultitaskingSessions"],
            path: "Examples/OneThreadPerTask"),
        // The library that WrappingAPool.md explains.
        .target(
            name: "ParallelSequences", dependencies: ["MultitaskingCore"],
            path: "Examples/ParallelSequences"),
        .executableTarget(
            name: "bank", dependencies: ["Multitasking", "MultitaskingInMemory"], path: "Examples/bank"),

        // What tests and their harnesses ask of the system, and the programs that tests run. The second imports
        // Foundation, which the harnesses do without.
        .target(
            name: "MultitaskingTestSupport", dependencies: ["MultitaskingSystem"], path: "Tests/Support/System"),
        .target(name: "MultitaskingTestPrograms", path: "Tests/Support/Programs"),

        // Runs process pools while their processes are killed, and checks what must hold all the same.
        .executableTarget(
            name: "chaos",
            dependencies: [
                "MultitaskingCore", "MultitaskingProcesses", "MultitaskingSerialization", "MultitaskingTestSupport",
            ],
            path: "Tests/Harnesses/Chaos"),

        // Kills a process of the pool at every place where that can make a difference, and checks what is left.
        .target(name: "CPtrace", path: "Tests/CPtrace"),
        .executableTarget(
            name: "kill-harness",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "MultitaskingProcesses",
                "CMultitaskingLinux", "CPtrace",
            ],
            path: "Tests/Harnesses/Kill"),
        .testTarget(name: "MultitaskingKillTests", dependencies: ["kill-harness", "MultitaskingTestPrograms"]),

        // Has the system refuse something to the process pool's tests.
        .target(name: "CRefusal", path: "Tests/CRefusal"),
        .target(name: "CPrograms", path: "Tests/CPrograms"),
        // A library with a pool, for a program that loads it late.
        .target(
            name: "MultitaskingTestPlugin", dependencies: ["MultitaskingCore", "MultitaskingProcesses"],
            path: "Tests/Plugin"),
        .executableTarget(name: "plugin-host", path: "Tests/PluginHost"),
        // Runs one scenario of the process pool's tests in a process that is single-threaded, and may be killed.
        .executableTarget(
            name: "pool-harness",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingProcesses", "MultitaskingThreads",
                "MultitaskingInMemory", "MultitaskingConformance", "MultitaskingLogging", "MultitaskingTestSupport",
                "CMultitaskingLinux", "CPrograms", "CRefusal", "ParallelSequences",
                .product(name: "Logging", package: "swift-log"),
            ],
            path: "Tests/Harnesses/Pool"),

        // Runs the kit's cases, and programs of a test, on a Ray cluster or on a driver without Ray.
        .executableTarget(
            name: "ray-harness",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingProcesses", "MultitaskingRay",
                "MultitaskingConformance",
            ],
            path: "Tests/Harnesses/Ray"),
        .testTarget(
            name: "RemoteWorkersTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingSerialization", "RemoteWorkers",
                "CRemoteWorkers",
                "CMultitaskingLinux", "MultitaskingTestPrograms", "ray-harness",
            ]),
        .testTarget(
            name: "MultitaskingRayTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingRay", "MultitaskingConformance", "RemoteWorkers",
                "MultitaskingTestPrograms", "ray-harness",
            ]),
        .testTarget(
            name: "MultitaskingLaunchTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingSystem", "MultitaskingLaunch", "MultitaskingConformance",
                "RemoteWorkers",
            ]),

        // Takes closures of many shapes apart and puts them together again, in other processes too.
        .target(name: "CaptureShapesLibrary", path: "Tests/CaptureShapes/Library"),
        .executableTarget(
            name: "capture-generator", dependencies: ["MultitaskingCore"], path: "Tests/CaptureShapes/Generator"),
        .executableTarget(
            name: "capture-shapes",
            dependencies: [
                "MultitaskingCore", "MultitaskingSerialization", "MultitaskingCaptures", "CaptureShapesLibrary",
            ],
            path: "Tests/CaptureShapes/Program",
            // Its closures capture what no safe program would.
            swiftSettings: []),

        // Shows progress in a terminal, for a test that reads its screen.
        .executableTarget(name: "progress-screen", dependencies: ["Multitasking"], path: "Tests/ProgressScreen"),

        // Uses everything once: see `make test-builds`.
        .executableTarget(
            name: "every-feature", dependencies: ["Multitasking", "MultitaskingProcesses"], path: "Tests/Builds"),

        // Has top-level variables, of which a spawned pool must warn.
        .executableTarget(
            name: "top-level-program", dependencies: ["MultitaskingCore", "MultitaskingProcesses"],
            path: "Tests/TopLevelProgram"),

        .testTarget(
            name: "MultitaskingCoreTests", dependencies: ["MultitaskingCore", "MultitaskingTestSupport"]),
        .testTarget(name: "MultitaskingSystemTests", dependencies: ["MultitaskingCore", "MultitaskingSystem"]),
        .testTarget(
            name: "MultitaskingSerializationTests",
            dependencies: ["MultitaskingCore", "MultitaskingSerialization", "MultitaskingTestSupport"]),
        .testTarget(
            name: "MultitaskingCapturesTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingSerialization", "MultitaskingCaptures", "MultitaskingTestPrograms",
                "capture-shapes",
            ]),
        .testTarget(
            name: "ParallelSequencesTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingThreads", "MultitaskingProcesses", "MultitaskingInMemory",
                "OneThreadPerTask", "ParallelSequences",
            ]),
        .testTarget(
            name: "MultitaskingThreadsTests",
            dependencies: ["MultitaskingCore", "MultitaskingSystem", "MultitaskingThreads"]),
        .testTarget(
            name: "MultitaskingProcessesTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingSerialization", "MultitaskingProcesses", "MultitaskingTestPrograms",
                "MultitaskingTestSupport", "CMultitaskingLinux", "chaos",
            ]),
        // The contract on every backend, and on backends that break it.
        .testTarget(
            name: "MultitaskingConformanceTests",
            dependencies: [
                "MultitaskingCore", "MultitaskingConformance", "MultitaskingThreads", "MultitaskingProcesses",
                "OneThreadPerTask",
                "MultitaskingInMemory",
            ]),
        .testTarget(
            name: "MultitaskingSessionsTests",
            dependencies: ["MultitaskingCore", "MultitaskingSessions", "OneThreadPerTask"]),
        .testTarget(
            name: "MultitaskingTests",
            dependencies: [
                "Multitasking", "MultitaskingInMemory", "MultitaskingProcesses", "MultitaskingSerialization",
                "MultitaskingSessions", "MultitaskingSystem", "MultitaskingTestPrograms", "MultitaskingThreads",
                "progress-screen",
            ]),
        .testTarget(
            name: "MultitaskingInMemoryTests",
            dependencies: ["MultitaskingCore", "Multitasking", "MultitaskingInMemory", "bank"]),
    ],
    swiftLanguageModes: [.v6]
)

// `make captures` builds the library of these tests as one that may change without its users' being compiled anew.
if Context.environment["CAPTURE_EVOLUTION"] != nil {
    for target in package.targets where target.name == "CaptureShapesLibrary" {
        target.swiftSettings = [.unsafeFlags(["-enable-library-evolution"])]
    }
}

// `make bench` measures what counting and timing tasks costs, beside pools that do neither.
if Context.environment["UNCOUNTED"] != nil {
    for target in package.targets where target.name == "MultitaskingSystem" {
        target.swiftSettings = [.strictMemorySafety(), .define("UNCOUNTED")]
    }
}

// libFuzzer brings its own `main`, so this links with `--sanitize fuzzer` only: see `make fuzz`.
if Context.environment["FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: ["MultitaskingCore", "MultitaskingSerialization", "RemoteWorkers", "CMultitaskingLinux"],
            path: "Tests/Fuzz", exclude: ["Corpus", "FrameCorpus"]))
}

for target in package.targets where target.type != .system {
    target.swiftSettings =
        (target.swiftSettings ?? [.strictMemorySafety()]) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("MemberImportVisibility"),
        ]
}
