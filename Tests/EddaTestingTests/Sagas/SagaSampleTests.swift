import EddaCore
import EddaSQLite
import EddaTesting
import Foundation
import Synchronization
import Testing

/// Makes SQLite stores in a folder of its own; a process that dies closes its file, and the next one opens it.
final class SQLiteStores: StoreFactory {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "edda-\(UUID().uuidString)")
        .path(percentEncoded: false)
    private let paths = Mutex<[String]>([])
    private let reopened = Mutex(0)

    init() throws { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    var supportsSQL: Bool { true }

    /// How many files there are, and how often one was opened again.
    var counts: (files: Int, reopened: Int) { (paths.withLock(\.count), reopened.withLock { $0 }) }

    func makeStore(time: any TimeSource) async throws -> any Store {
        let path = paths.withLock { paths in
            paths.append("\(folder)/\(paths.count).db")
            return paths[paths.count - 1]
        }
        return try await open(path, time)
    }

    func reopen(_ store: any Store) async throws -> (any Store)? {
        guard let store = store as? SQLiteStore else { return nil }
        await store.close()
        reopened.withLock { $0 += 1 }
        return try await open(store.path, store.time)
    }

    private func open(_ path: String, _ time: any TimeSource) async throws -> SQLiteStore {
        var configuration = SQLiteStore.Configuration()
        // A crash of the process is what the test is about, not one of the machine.
        configuration.durability = .normal
        return try await SQLiteStore(path: path, configuration: configuration, time: time)
    }
}

// guarantees: G7, G8, G10, G11, G12
@Suite struct SagaSampleTests {
    @Test func samplesOfTheRunsComeToTheSameEndOnSQLite() async throws {
        let stores = try SQLiteStores()
        var options = SagaTestOptions()
        options.sampleStores = stores
        options.sampleEvery = 4
        options.triesEachPoint = false
        let report = try await FulfilOrder.test(options).exhaustive(seeds: 0..<40)
        #expect(report.samples >= 10)
        #expect(stores.counts.files >= 5 * report.samples)
        #expect(stores.counts.reopened > 0)
        #expect(report.description.contains("on the sample stores"))
    }

    @Test func everyRunCanBeASample() async throws {
        var options = SagaTestOptions()
        options.sampleStores = try SQLiteStores()
        options.sampleEvery = 1
        options.triesEachPoint = false
        let report = try await FulfilOrder.test(options).exhaustive(seeds: 0..<3)
        #expect(report.runs >= 3 && report.samples == report.runs)
    }
}
