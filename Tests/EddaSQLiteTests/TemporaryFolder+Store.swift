import EddaCore
import EddaSQLite
import EddaTesting

extension TemporaryFolder {
    func store(
        _ name: String = "test.db",
        configuration: SQLiteStore.Configuration = .init(),
        time: any TimeSource = .system
    ) async throws -> SQLiteStore {
        try await SQLiteStore(path: file(name), configuration: configuration, time: time)
    }
}
