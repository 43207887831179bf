import EddaCore
import EddaSQLite
import Logging

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

let quiet = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// Runs `body` with a new store in a folder of its own, and removes both afterwards.
func withStore<Result>(
    time: any TimeSource = .system,
    _ body: (SQLiteStore) async throws -> Result
) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "edda-projections-\(EventID.generate())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var configuration = SQLiteStore.Configuration()
    configuration.durability = .normal
    let store = try await SQLiteStore(
        path: folder.appending(path: "test.db").path(),
        configuration: configuration,
        time: time
    )
    do {
        let result = try await body(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}
