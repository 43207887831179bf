import EddaCore
import EddaSQLite
import EddaTesting
import Testing

/// What waits for a moment is moved to the boot of the machine that opens the database.
// guarantees: G14
@Suite struct RestartedMachineTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func whatWaitsForCenturiesKeepsNoDatabaseFromOpening() async throws {
        try await folder.store().close()
        let raw = try RawDatabase(folder.file())
        // The year 9999, the last that a moment can be in, and the largest number that the column can hold.
        for (key, wall) in [("far", Int64(253_402_300_799_999_999)), ("farther", .max), ("past", .min)] {
            try raw.execute("INSERT INTO edda_timers VALUES ('owner', '\(key)', 1, \(wall))")
        }
        try raw.execute("UPDATE edda_log SET boot = 'an earlier one'")
        await (try folder.store()).close()
        let rows = try raw.rows("SELECT key FROM edda_timers WHERE due_uptime > 7900000000000000000 ORDER BY key")
        #expect(rows == ["far", "farther"])
        #expect(try raw.rows("SELECT count(*) FROM edda_log WHERE boot = 'an earlier one'") == ["0"])
    }
}
