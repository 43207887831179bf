public import EddaCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Files that keep what events of every version looked like when they were stored, so that a test can tell whether this
/// program still reads them.
///
/// ```swift
/// @Test func everyVersionOfEveryEventIsRead() throws {
///     try GoldenFiles(
///         in: "Tests/OrdersTests/Golden",
///         schema: schema,
///         samples: [OrderPlaced(customer: "ada", total: 4_200), OrderCancelled(reason: "too late")]
///     )
///     .check()
/// }
/// ```
///
/// A file `order.placed.v1.json` holds the bytes of one event; several of a version are told apart by a word of your
/// choice, as in `order.placed.v1.without-customer.json`. A name may be an alias of an event. Characters that a file name
/// cannot have are written as in a URL, `%2F`.
///
/// Files are only ever added. Run the test once with `EDDA_RECORD_GOLDEN=1` in the environment after adding an event or
/// raising a `schemaVersion`: it writes the missing files of the present versions. Commit them; from then on they are the
/// proof that what this version wrote can be read.
public struct GoldenFiles: Sendable {
    private let folder: String
    private let schema: SchemaRegistry
    private let samples: [any Event]

    /// The files of a folder.
    ///
    /// - Parameters:
    ///   - folder: The path of the folder.
    ///   - schema: A registry in which the events are registered.
    ///   - samples: Events in the present version. The first of a kind is what `<type>.v<version>.json` holds, further
    ///     ones are told apart by `2`, `3` and so on.
    public init(in folder: String, schema: SchemaRegistry, samples: [any Event] = []) {
        self.folder = folder
        self.schema = schema
        self.samples = samples
    }

    /// Whether `EDDA_RECORD_GOLDEN` is `1` in the environment.
    public static var isRecording: Bool { ProcessInfo.processInfo.environment["EDDA_RECORD_GOLDEN"] == "1" }

    /// Checks that every file decodes, that every version of every registered event has a file, and that files of a
    /// present version are, byte for byte, what the codec writes today.
    ///
    /// - Parameter record: Whether to write missing files of present versions from the samples first.
    /// - Throws: ``TestFailure`` that lists all that is wrong, and says what to do.
    public func check(record: Bool = isRecording) throws {
        let samples = try numberedSamples()
        if record { try write(samples) }
        var files: [GoldenFile] = []
        var problems: [String] = []
        for name in try names() {
            guard let file = GoldenFile(name: name) else {
                problems.append("\(name) is not named <type>.v<version>.json. Rename it, or remove it.")
                continue
            }
            files.append(file)
            problems += problem(with: file).map { ["\(name): \($0)"] } ?? []
        }
        problems += samples.compactMap { problem(with: $0) }
        problems += missing(files)
        guard problems.isEmpty else {
            throw TestFailure("The golden files in \(folder):\n" + problems.joined(separator: "\n"))
        }
    }

    private var events: [any Event.Type] {
        schema.events.filter { $0.key == $0.value.eventType }.sorted { $0.key < $1.key }.map { $0.value }
    }

    /// The samples with the files that hold them.
    private func numberedSamples() throws -> [(file: GoldenFile, bytes: [UInt8])] {
        var counts: [EventType: Int] = [:]
        return try samples.map { event in
            let kind = type(of: event)
            let count = counts[kind.eventType, default: 0] + 1
            counts[kind.eventType] = count
            let file = GoldenFile(
                type: kind.eventType,
                version: kind.schemaVersion,
                word: count == 1 ? nil : "\(count)"
            )
            return (file, try schema.encode(event))
        }
    }

    private func write(_ samples: [(file: GoldenFile, bytes: [UInt8])]) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (file, bytes) in samples where !FileManager.default.fileExists(atPath: path(of: file.name)) {
            try Data(bytes).write(to: URL(filePath: path(of: file.name)))
        }
    }

    /// What is wrong with a file by itself.
    private func problem(with file: GoldenFile) -> String? {
        guard let kind = schema.events[file.type] else {
            return
                "no registered event has the type \(file.type). Register the event with the SchemaRegistry, or keep the "
                + "old name as an alias of the event that replaces it."
        }
        guard let bytes = FileManager.default.contents(atPath: path(of: file.name)).map({ Array($0) }) else {
            return "it cannot be read."
        }
        do {
            let event = try schema.decode(kind, from: recorded(file, bytes))
            guard file.version == kind.schemaVersion else { return nil }
            let today = try schema.encode(event)
            guard today != bytes else { return nil }
            return "\(difference(between: bytes, and: today)) If the shape of \(kind) has changed, raise its "
                + "schemaVersion and add an upcaster from version \(file.version); if only the file is wrong, remove it and "
                + "record it again (EDDA_RECORD_GOLDEN=1)."
        } catch {
            return file.version == kind.schemaVersion
                ? "\(error). If the shape of \(kind) has changed, raise its schemaVersion and add an upcaster from version "
                    + "\(file.version)."
                : "\(error). Mend the upcasters, since events like this one may be stored."
        }
    }

    /// How the file of a sample differs from the sample.
    private func problem(with sample: (file: GoldenFile, bytes: [UInt8])) -> String? {
        guard let bytes = FileManager.default.contents(atPath: path(of: sample.file.name)).map({ Array($0) }),
            bytes != sample.bytes
        else { return nil }
        return
            "\(sample.file.name) does not hold the sample: \(difference(between: bytes, and: sample.bytes)) Files of a "
            + "version stay as they are; give the sample that the file was recorded from, or a further sample."
    }

    /// The versions of events that have no file.
    private func missing(_ files: [GoldenFile]) -> [String] {
        var problems: [String] = []
        for kind in events {
            let names = kind.wireNames
            let found = Set(files.filter { names.contains($0.type) }.map(\.version))
            for version in 1...kind.schemaVersion where !found.contains(version) {
                let name = GoldenFile(type: kind.eventType, version: version, word: nil).name
                let isPresent = version == kind.schemaVersion
                let remedy =
                    if !isPresent {
                        "Take it from the history of the sources, or from a stored event of that version."
                    } else if samples.contains(where: { type(of: $0) == kind }) {
                        "Run the test once with EDDA_RECORD_GOLDEN=1 and commit what it writes."
                    } else {
                        "Give a sample of \(kind), run the test once with EDDA_RECORD_GOLDEN=1 and commit what it writes."
                    }
                problems.append("\(name) is missing: \(kind) has no file of version \(version). \(remedy)")
            }
        }
        if events.isEmpty {
            problems.append("The SchemaRegistry has no events. Register them: SchemaRegistry(events: …).")
        }
        return problems
    }

    private func difference(between file: [UInt8], and today: [UInt8]) -> String {
        if file.last == UInt8(ascii: "\n"), file.dropLast() == today[...] {
            return "it ends with a line feed, which the codec does not write; an editor may have added it."
        }
        return "it holds\n  \(String(decoding: file, as: UTF8.self))\nand the codec writes\n  "
            + "\(String(decoding: today, as: UTF8.self))\n"
    }

    private func recorded(_ file: GoldenFile, _ bytes: [UInt8]) -> RecordedEvent {
        RecordedEvent(
            position: Position(1),
            stream: "golden-1",
            version: 1,
            recordedAt: Timestamp(microseconds: 0),
            event: EventData(type: file.type, schemaVersion: file.version, data: bytes)
        )
    }

    private func names() throws -> [String] {
        guard FileManager.default.fileExists(atPath: folder) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }.sorted()
    }

    private func path(of name: String) -> String { "\(folder)/\(name)" }
}
