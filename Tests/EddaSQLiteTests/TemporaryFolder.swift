import EddaCore
import EddaSQLite
import Foundation

/// A folder of its own for one test, removed with it.
final class TemporaryFolder: Sendable {
    let path: String

    /// A new folder, below `parent` or where temporary files are.
    init(under parent: String? = nil) throws {
        path = (parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory)
            .appending(path: "edda-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String = "test.db") -> String { "\(path)/\(name)" }

    func store(
        _ name: String = "test.db",
        configuration: SQLiteStore.Configuration = .init(),
        time: any TimeSource = .system
    ) async throws -> SQLiteStore {
        try await SQLiteStore(path: file(name), configuration: configuration, time: time)
    }
}
