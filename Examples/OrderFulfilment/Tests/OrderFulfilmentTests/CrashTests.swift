import Edda
import Foundation
import Testing

@testable import OrderFulfilment

@Suite struct CrashTests {
    /// What a killed run left behind.
    struct Remains {
        var started = 0
        var open = 0
        var compensating = 0
    }

    // acceptance: 26, 33, 34, 35, 39; guarantees: G7, G8, G10, G11, G12
    @Test(.timeLimit(.minutes(10)))
    func killedTwentyTimesItEndsBalanced() async throws {
        let folder = try Folder()
        let data = folder.file("data")
        let seed = UInt64.random(in: 1...1_000_000)
        print("seed \(seed)")
        let stock = try folder.write(
            WorldGenerator.articles.map { #"{"sku":"\#($0)","quantity":300}"# },
            to: "stock.jsonl"
        )
        let concurrency = 16
        func arguments(count: Int) -> [String] {
            [
                "run", "--stock", stock, "--count", "\(count)", "--seed", "\(seed)", "--decline-rate", "0.3",
                "--concurrency", "\(concurrency)", "--data", data, "--json",
            ]
        }
        var generator = SystemRandomNumberGenerator()
        var amidSagas = 0
        var amidCompensations = 0
        for kill in 1...20 {
            // The first three die while they open their databases. Each of the others lives for slices of a random
            // length until a saga more has been started than before. There are more orders than the fastest machine places.
            let slice = Duration.milliseconds(Int.random(in: 1...100, using: &generator))
            let before = try await Self.remains(in: data).started
            let hasMoved: @Sendable () async throws -> Bool = {
                if kill <= 3 { return true }
                return try await Self.remains(in: data).started > before
            }
            let ending = try await Program.run(arguments(count: 20_000), killedAfter: slice, once: hasMoved)
            #expect(ending.wasKilled, "run \(kill) came to its end before it was killed")
            let remains = try await Self.remains(in: data)
            if remains.open > 0 { amidSagas += 1 }
            if remains.compensating > 0 { amidCompensations += 1 }
        }
        let placed = try await Self.remains(in: data).started
        print("20 kills: \(amidSagas) left open sagas, \(amidCompensations) compensations; \(placed) orders placed")
        #expect(amidSagas >= 10)
        // Orders are placed in their order, so many at a time: those that were placed are among these.
        let count = placed + concurrency
        let ending = try await Program.run(arguments(count: count))
        let summary = try Summary(ending)
        #expect(ending.status == 0, "\(ending.errors)")
        #expect(summary.balanced, "\(summary.problems)")
        #expect(summary.orders == count)
        #expect(summary.completed + summary.compensated == count)
        // However often the bank was called, each key was booked once, and the payments say what the bank says.
        #expect(summary.bank.keys == summary.bank.bookings)
        #expect(summary.bank.bookings >= 2 * summary.completed)
    }

    @Test func runTwiceItOrdersOnce() async throws {
        let folder = try Folder()
        let arguments = ["run", "--count", "60", "--decline-rate", "0.3", "--data", folder.file("data"), "--json"]
        let first = try await Program.run(arguments)
        let second = try await Program.run(arguments)
        #expect(first.status == 0 && second.status == 0)
        #expect(try Summary(first) == Summary(second))
        #expect(try Summary(first).orders == 60)
    }

    @Test func aSecondRunInTheSameFolderIsRefusedByName() async throws {
        let folder = try Folder()
        try await DataFolder(folder.path).claim()
        await #expect(throws: DataMismatch.self) {
            try await DataFolder(folder.path).claim(within: .milliseconds(40))
        }
    }

    /// Looks into the database of the orders service from outside, as any reader may.
    private static func remains(in data: String) async throws -> Remains {
        guard FileManager.default.fileExists(atPath: "\(data)/orders.db") else { return Remains() }
        let reader = Process()
        reader.executableURL = URL(filePath: "/usr/bin/env")
        reader.arguments = [
            "sqlite3", "file:\(data)/orders.db?mode=ro", "SELECT status, count(*) FROM edda_sagas GROUP BY status",
        ]
        let pipe = Pipe()
        reader.standardOutput = pipe
        reader.standardError = FileHandle.nullDevice
        try reader.run()
        let text = String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        reader.waitUntilExit()
        var remains = Remains()
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "|")
            guard parts.count == 2, let count = Int(parts[1]) else { continue }
            remains.started += count
            if parts[0] == "running" || parts[0] == "compensating" { remains.open += count }
            if parts[0] == "compensating" { remains.compensating += count }
        }
        return remains
    }
}
