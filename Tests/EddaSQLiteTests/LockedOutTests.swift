import EddaCore
import EddaTesting
import Testing

@testable import EddaSQLite

/// A file whose lock another process keeps.
// acceptance: 58
@Suite struct LockedOutTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    // Those who wait while a group waits for the lock fail with it: to wait anew for each group would have no end.
    @Test func everybodyWaitsForALockOnce() async throws {
        var configuration = SQLiteStore.Configuration()
        configuration.lockTimeout = .milliseconds(300)
        configuration.groupLimit = 1
        let store = try await folder.store(configuration: configuration)
        let held = try FileLock(path: folder.file() + ".lock")
        try held.lock(within: .seconds(10))
        let failures = await withTaskGroup(of: StoreError.Code?.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let append = Append([EventData(type: "a", data: [])], to: StreamID(unchecked: "s-\(number)"))
                    do {
                        _ = try await store.append(append)
                        return nil
                    } catch {
                        return (error as? StoreError)?.code
                    }
                }
            }
            var failures: [StoreError.Code] = []
            for await failure in group {
                guard let failure else { continue }
                // Whoever waits anew gets the lock now.
                if failures.isEmpty { held.unlock() }
                failures.append(failure)
            }
            return failures
        }
        #expect(failures.count > 1)
        #expect(failures.allSatisfy { $0 == .locked })
        try await store.append(Append([EventData(type: "a", data: [])], to: "s-9"))
        #expect(try await store.head() == Position(Int64(8 - failures.count + 1)))
        await store.close()
    }
}
