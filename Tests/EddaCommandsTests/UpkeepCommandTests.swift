#if CLI
import EddaTesting
import Edda
import Foundation
import Testing

@testable import EddaCommands

/// `verify`, `backup` and `doctor` of the `edda` program.
@Suite struct UpkeepCommandTests {
    let fixture: CommandFixture

    init() throws { fixture = try CommandFixture() }

    @Test func verifySaysThatEverythingAgrees() async throws {
        try await fixture.placeOrders()
        let outcome = await fixture.tool("verify")
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.notes)")
        #expect(outcome.output == "Everything agrees: 3 events up to position 3.\n")
        #expect(outcome.notes.isEmpty)
        let json = try #require(try await fixture.toolJSON("verify") as? [String: Any])
        #expect(json["count"] as? Int == 0 && json["events"] as? Int == 3)
    }

    @Test func backupMakesAFileThatTheToolReads() async throws {
        let file = fixture.folder.file("copy.db")
        try await fixture.onRuntime { runtime in
            try await runtime.store.append([OrderPlaced(cents: 5)], to: "order-1")
            let outcome = await fixture.tool("backup", file)
            #expect(outcome.status == 0, "\(outcome.notes)")
            #expect(outcome.output.hasPrefix("Copied everything up to position 1 into "))
            #expect(outcome.notes.isEmpty)
        }
        let taken = await fixture.tool("backup", file)
        #expect(taken.status == 1)
        #expect(taken.notes.contains("copy.db is there already") && taken.notes.contains("--force"))
        let replaced = try #require(try await fixture.toolJSON("backup", file, "--force") as? [String: Any])
        #expect(replaced["head"] as? Int == 1 && replaced["generation"] as? Int == 1)
        let copy = await Outcome.of(EddaProgram.self, ["verify", "--database", file])
        #expect(copy.status == 0)
        // The program that owns the database makes backups as well.
        #expect(await fixture.run("backup", fixture.folder.file("own.db")).status == 0)
    }

    @Test func doctorTellsAboutAnyDatabase() async throws {
        try await fixture.onRuntime { runtime in
            try await runtime.store.append([OrderPlaced(cents: 5)], to: "order-1", key: "k")
            try await runtime.projections.catchUp()
            try await runtime.store.write { try $0.setCheckpoint("indexer", to: .start) }
        }
        let outcome = await fixture.tool("doctor")
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.notes)")
        let facts = try #require(try await fixture.toolJSON("doctor") as? [[String: Any]])
        let values = Dictionary(
            uniqueKeysWithValues: facts.map { ($0["name"] as? String ?? "", $0["value"] as? String ?? "") }
        )
        #expect(values["generation"] == "1")
        #expect(values["durability"] == "as the program that owns the database has chosen")
        #expect(values["keys"]?.hasPrefix("1, the oldest of ") == true)
        #expect(values["consumer.indexer"] == "at position 0, at most 1 events behind")
        #expect(values["projection.open-orders"] == "live, at most 0 events behind")
        for name in ["sqlite", "size.database", "size.log", "processes", "lock.writing", "lock.reading", "snapshots"] {
            #expect(values[name] != nil, "\(name)")
        }
        #expect(outcome.output.contains("`edda verify`"))
    }
}
#endif
