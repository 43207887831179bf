import EddaCore
import EddaTesting
import Foundation
import Testing

/// Golden files tell whether a program still reads what its predecessors wrote. // acceptance: 22
@Suite struct GoldenFilesTests {
    private let folder: String
    private let cleanUp: CleanUp
    private let schema: SchemaRegistry

    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "edda-golden-\(EventID.generate())")
            .path(percentEncoded: false)
        cleanUp = CleanUp(folder)
        schema = try SchemaRegistry(
            events: [Placed.self, Paid.self],
            upcasters: [
                Upcaster("order.placed", from: 1) { (old: [String: String]) in ["customer": old["name", default: ""]] }
            ]
        )
    }

    private func put(_ name: String, _ text: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }

    private func files(_ schema: SchemaRegistry? = nil) -> GoldenFiles {
        GoldenFiles(
            in: folder,
            schema: schema ?? self.schema,
            samples: [Placed(customer: "ada"), Paid(cents: 1), Paid(cents: 2)]
        )
    }

    private func complete() throws {
        try put("old/name".replacing("/", with: "%2F") + ".v1.json", #"{"name":"ada"}"#)
        try files().check(record: true)
    }

    private func failure(_ schema: SchemaRegistry? = nil) throws -> String {
        let failure = #expect(throws: TestFailure.self) { try files(schema).check(record: false) }
        return failure?.description ?? ""
    }

    @Test func missingFilesOfThePresentVersionAreRecordedFromSamples() throws {
        try complete()
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        #expect(names == ["old%2Fname.v1.json", "order.paid.v1.2.json", "order.paid.v1.json", "order.placed.v2.json"])
        #expect(
            FileManager.default.contents(atPath: "\(folder)/order.placed.v2.json") == Data(#"{"customer":"ada"}"#.utf8)
        )
        try files().check(record: false)
    }

    @Test func recordingChangesNoFile() throws {
        try complete()
        try put("order.paid.v1.json", #"{"cents":7}"#)
        #expect(throws: TestFailure.self) { try files().check(record: true) }
        #expect(FileManager.default.contents(atPath: "\(folder)/order.paid.v1.json") == Data(#"{"cents":7}"#.utf8))
    }

    @Test func everyVersionNeedsAFile() throws {
        let found = try failure()
        #expect(found.contains("order.placed.v1.json is missing: Placed has no file of version 1. Take it from"))
        #expect(found.contains("order.placed.v2.json is missing: Placed has no file of version 2. Run the test once"))
        let bare = #expect(throws: TestFailure.self) {
            try GoldenFiles(in: folder, schema: schema).check(record: false)
        }
        #expect(
            bare?.description.contains("Give a sample of Paid, run the test once with EDDA_RECORD_GOLDEN=1") == true
        )
    }

    @Test func aFileThatNoLongerDecodesIsNamed() throws {
        try complete()
        try put("order.placed.v1.strange.json", #"{"name":3}"#)
        try put("order.paid.v1.euros.json", #"{"euros":3}"#)
        let found = try failure()
        #expect(found.contains("order.placed.v1.strange.json: The upcaster of order.placed from version 1 failed"))
        #expect(found.contains("Mend the upcasters"))
        #expect(found.contains("order.paid.v1.euros.json: "))
        #expect(found.contains("raise its schemaVersion and add an upcaster from version 1"))
    }

    @Test func aShapeThatChangedWithoutANewVersionIsShown() throws {
        try complete()
        try put("order.paid.v1.json", #"{"cents":1,"currency":"EUR"}"#)
        let found = try failure()
        #expect(found.contains(#"{"cents":1,"currency":"EUR"}"#))
        #expect(found.contains("and the codec writes\n  {\"cents\":1}\n"))
        #expect(found.contains("raise its schemaVersion"))
    }

    @Test func anotherSampleThanTheRecordedOneIsShown() throws {
        try complete()
        try put("order.paid.v1.2.json", #"{"cents":3}"#)
        #expect(try failure().contains("order.paid.v1.2.json does not hold the sample"))
    }

    @Test func aLineFeedOfAnEditorIsNamed() throws {
        try complete()
        try put("order.paid.v1.json", "{\"cents\":1}\n")
        #expect(try failure().contains("it ends with a line feed"))
    }

    @Test func typesAndNamesThatNobodyKnowsAreNamed() throws {
        try complete()
        try put("order.lost.v1.json", "{}")
        try put("notes.txt", "")
        let found = try failure()
        #expect(found.contains("order.lost.v1.json: no registered event has the type order.lost"))
        #expect(found.contains("notes.txt is not named <type>.v<version>.json"))
    }

    @Test func aFileOfALaterProgramIsNamed() throws {
        try complete()
        try put("order.paid.v2.json", "{}")
        #expect(try failure().contains("version 2 of order.paid; this program knows versions up to 1"))
    }

    @Test func aRegistryWithoutEventsIsAMistake() throws {
        #expect(try failure(SchemaRegistry()).contains("The SchemaRegistry has no events"))
    }
}

/// Removes a folder with the test that made it.
private final class CleanUp: Sendable {
    let folder: String

    init(_ folder: String) { self.folder = folder }

    deinit { try? FileManager.default.removeItem(atPath: folder) }
}

private struct Placed: Event {
    static let eventType: EventType = "order.placed"
    static let aliases: [EventType] = ["old/name"]
    static let schemaVersion = 2
    var customer: String
}

private struct Paid: Event {
    static let eventType: EventType = "order.paid"
    var cents: Int
}
