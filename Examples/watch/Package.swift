// swift-tools-version: 6.3
import PackageDescription

// A package of its own, as yours is: it asks for the trait with which the dashboard and its web server come.
let package = Package(
    name: "watch",
    dependencies: [.package(name: "swift-multitasking", path: "../..", traits: [.defaults, "Dashboard"])],
    targets: [
        .executableTarget(
            name: "watch",
            dependencies: [
                .product(name: "Multitasking", package: "swift-multitasking"),
                .product(name: "MultitaskingDashboard", package: "swift-multitasking"),
            ], path: "Sources")
    ],
    swiftLanguageModes: [.v6]
)
