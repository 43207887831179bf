// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "OrderFulfilment",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "order-fulfilment", targets: ["order-fulfilment"])],
    dependencies: [
        .package(name: "Edda", path: "../.."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.9.0"),
    ],
    targets: [
        .systemLibrary(name: "CSQLiteReader"),
        // Reads the databases without Edda, to check what Edda promises.
        .target(name: "OrderAudit", dependencies: ["CSQLiteReader"]),
        .target(
            name: "OrderFulfilment",
            dependencies: [
                "OrderAudit",
                .product(name: "Edda", package: "Edda"),
                .product(name: "EddaCommands", package: "Edda"),
                .product(name: "EddaTesting", package: "Edda"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]
        ),
        .executableTarget(
            name: "order-fulfilment",
            dependencies: ["OrderFulfilment", .product(name: "ArgumentParser", package: "swift-argument-parser")]
        ),
        .testTarget(
            name: "OrderFulfilmentTests",
            dependencies: [
                "OrderAudit", "OrderFulfilment", "order-fulfilment", .product(name: "Edda", package: "Edda"),
                .product(name: "EddaTesting", package: "Edda"),
            ],
            exclude: ["Golden"]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    ]
}
