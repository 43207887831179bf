// swift-tools-version: 6.2
import PackageDescription

let package = Package(
    name: "Edda",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "Edda", targets: ["Edda"]),
        .library(name: "EddaCommands", targets: ["EddaCommands"]),
        .library(name: "EddaTesting", targets: ["EddaTesting"]),
        .executable(name: "edda", targets: ["EddaTool"]),
    ],
    traits: [
        .trait(name: "CLI", description: "Operator commands that any program can mount, built on ArgumentParser."),
        .default(enabledTraits: ["CLI"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.7.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.8.0"),
    ],
    targets: [
        .systemLibrary(
            name: "CSQLite",
            providers: [.apt(["libsqlite3-dev"]), .yum(["sqlite-devel"])]
        ),
        .target(name: "EddaMigrations", path: "Migrations", resources: [.embedInCode("SQLite")]),
        .target(name: "EddaCore", dependencies: [.product(name: "Logging", package: "swift-log")]),
        .target(
            name: "EddaSQLite",
            dependencies: [
                "CSQLite", "EddaCore", "EddaMigrations", .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .target(
            name: "EddaProjections",
            dependencies: ["EddaCore", .product(name: "Logging", package: "swift-log")]
        ),
        .target(
            name: "EddaMessaging",
            dependencies: ["EddaCore", .product(name: "Logging", package: "swift-log")]
        ),
        .target(
            name: "EddaSagas",
            dependencies: [
                "EddaCore", "EddaMessaging", .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ]
        ),
        .target(
            name: "Edda",
            dependencies: [
                "EddaCore", "EddaSQLite", "EddaProjections", "EddaMessaging", "EddaSagas",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .target(
            name: "EddaCommands",
            dependencies: [
                "Edda",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(
                    name: "ArgumentParser",
                    package: "swift-argument-parser",
                    condition: .when(traits: ["CLI"])
                ),
            ]
        ),
        .executableTarget(
            name: "EddaTool",
            dependencies: [
                "CSQLite", "Edda", "EddaCommands", "EddaMigrations",
                .product(
                    name: "ArgumentParser",
                    package: "swift-argument-parser",
                    condition: .when(traits: ["CLI"])
                ),
            ]
        ),
        .target(
            name: "EddaTesting",
            dependencies: [
                "EddaCore", "EddaSQLite", "EddaProjections", "EddaMessaging", "EddaSagas",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        // Not a product: an example that is built and tested with the package.
        .target(name: "ConsistencyBoundaries", dependencies: ["Edda"], path: "Examples/ConsistencyBoundaries"),
        .testTarget(
            name: "ConsistencyBoundariesTests",
            dependencies: ["ConsistencyBoundaries", "Edda", "EddaTesting"]
        ),
        .testTarget(
            name: "EddaCoreTests",
            dependencies: ["EddaCore", "EddaTesting", .product(name: "Logging", package: "swift-log")]
        ),
        .target(name: "Spawning", path: "Tests/Spawning"),
        .target(name: "CFaultVFS", dependencies: ["CSQLite"], path: "Tests/CFaultVFS"),
        .testTarget(
            name: "EddaSQLiteTests",
            dependencies: [
                "CFaultVFS", "CSQLite", "EddaCore", "EddaMigrations", "EddaSQLite", "EddaTesting", "Spawning",
            ]
        ),
        .testTarget(
            name: "EddaProjectionsTests",
            dependencies: [
                "EddaCore", "EddaProjections", "EddaSQLite", "EddaTesting",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "EddaMessagingTests",
            dependencies: [
                "EddaCore", "EddaMessaging", "EddaSQLite", "EddaTesting",
                .product(name: "Logging", package: "swift-log"),
            ]
        ),
        .testTarget(
            name: "EddaSagasTests",
            dependencies: [
                "EddaCore", "EddaMessaging", "EddaSQLite", "EddaSagas", "EddaTesting", "Spawning",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "MetricsTestKit", package: "swift-metrics"),
            ]
        ),
        .testTarget(
            name: "EddaTestingTests",
            dependencies: ["EddaCore", "EddaMessaging", "EddaSQLite", "EddaSagas", "EddaTesting"]
        ),
        .testTarget(
            name: "EddaTests",
            dependencies: [
                "Edda", "EddaTesting",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]
        ),
        .testTarget(
            name: "EddaCommandsTests",
            dependencies: [
                "Edda", "EddaCommands", "EddaTesting",
                .product(
                    name: "ArgumentParser",
                    package: "swift-argument-parser",
                    condition: .when(traits: ["CLI"])
                ),
            ]
        ),
        .testTarget(
            name: "EddaToolTests",
            dependencies: [
                "Edda", "EddaCommands", "EddaTesting", "EddaTool", "Spawning",
                .product(
                    name: "ArgumentParser",
                    package: "swift-argument-parser",
                    condition: .when(traits: ["CLI"])
                ),
            ]
        ),
    ],
    swiftLanguageModes: [.v6]
)

for target in package.targets where [.executable, .regular, .test].contains(target.type) {
    target.swiftSettings =
        (target.swiftSettings ?? []) + [
            .enableUpcomingFeature("ExistentialAny"),
            .enableUpcomingFeature("MemberImportVisibility"),
            .enableUpcomingFeature("InternalImportsByDefault"),
            .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        ]
}
