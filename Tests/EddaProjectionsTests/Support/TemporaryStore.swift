import EddaCore
import EddaSQLite
import EddaTesting

/// Runs `body` with a new store in a folder of its own, and removes both afterwards.
func withStore<Result>(
    time: any TimeSource = .system,
    _ body: (SQLiteStore) async throws -> Result
) async throws -> Result {
    let folder = try TemporaryFolder()
    var configuration = SQLiteStore.Configuration()
    configuration.durability = .normal
    let store = try await SQLiteStore(path: folder.file(), configuration: configuration, time: time)
    do {
        let result = try await body(store)
        await store.close()
        return result
    } catch {
        await store.close()
        throw error
    }
}
