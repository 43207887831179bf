import EddaCore
import EddaSQLite
import EddaTesting
import Testing

@testable import EddaSQLite

@Suite struct AsOfTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    // acceptance: 11, 14
    @Test func holesMadeByMaintenanceDoNotMisleadTheSearch() async throws {
        let time = ManualTime()
        let start = time.now().wall
        var store = try await folder.store(time: time)
        for index in 1...40 {
            time.setWall(to: start + .seconds(index))
            try await store.append(
                Append([EventData(type: "a", data: [])], to: index.isMultiple(of: 2) ? "even-1" : "odd-1")
            )
        }
        await store.close()
        let holes = Set([1, 2, 3, 7, 8] + Array(15...29) + [40])
        let raw = try RawDatabase(folder.file())
        try raw.execute("UPDATE edda_log SET maintenance = 1")
        for hole in holes { try raw.execute("DELETE FROM edda_events WHERE position = \(hole)") }
        try raw.execute("UPDATE edda_log SET maintenance = 0")

        store = try await folder.store(time: time)
        let present = (1...40).filter { !holes.contains($0) }
        for moment in 0...41 {
            let found = try await store.position(asOf: start + .seconds(moment))
            #expect(found.value == Int64(present.last { $0 <= moment } ?? 0), "after \(moment) s")
            // The odd stream has version n at position 2n - 1.
            let version = try await store.version(of: "odd-1", asOf: .position(Position(Int64(moment))))
            let last = present.last { $0 <= moment && !$0.isMultiple(of: 2) }
            #expect(version == last.map { ($0 + 1) / 2 } ?? 0, "at position \(moment)")
        }
        await store.close()
    }

    /// Each step of a search is one look into an index.
    @Test(arguments: [StoreStatement.recordedAt, .positionOfVersion])
    func eachStepIsOneLookIntoAnIndex(statement: StoreStatement) async throws {
        await (try folder.store()).close()
        let plan = try RawDatabase(folder.file()).rows("EXPLAIN QUERY PLAN \(statement.sql)")
        #expect(plan.count == 1)
        #expect(plan.allSatisfy { $0.contains("SEARCH") && !$0.contains("TEMP B-TREE") }, "\(plan)")
    }
}
