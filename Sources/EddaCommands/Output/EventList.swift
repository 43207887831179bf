#if CLI
internal import Edda
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// Events as the commands show them.
struct EventList {
    let events: [RecordedEvent]

    func write(to output: Output, asJSON: Bool) {
        if asJSON {
            output.write(json: JSON.array(events.map(Self.json)))
            return
        }
        var table = TextTable(Self.columns)
        for event in events { table.add(cells: Self.cells(of: event)) }
        output.write(table: table)
    }

    /// The columns of every table of events.
    static let columns: [TextTable.Column] = [
        .number("POSITION"), .text("STREAM"), .number("VERSION"), .text("TYPE"), .text("RECORDED"), .text("DATA"),
    ]

    /// What stands in the columns.
    static func cells(of event: RecordedEvent) -> [String?] {
        [
            String(event.position.value),
            event.stream.rawValue,
            String(event.version),
            event.type.rawValue,
            event.recordedAt.description,
            text(event.data),
        ]
    }

    /// The event with stable field names; its data as `data` when that is JSON, else as `dataBase64`.
    static func json(_ event: RecordedEvent) -> JSON {
        var members: [String: JSON] = [
            "position": .integer(event.position.value),
            "stream": .string(event.stream.rawValue),
            "version": .integer(Int64(event.version)),
            "type": .string(event.type.rawValue),
            "schemaVersion": .integer(Int64(event.schemaVersion)),
            "id": .string(event.id.description),
            "recordedAt": .string(event.recordedAt.description),
            "tags": .array(event.tags.sorted().map { .string($0.rawValue) }),
            "correlationID": .optional(event.metadata.correlationID),
            "causationID": .optional(event.metadata.causationID),
            "headers": .object(event.metadata.headers.mapValues(JSON.string)),
        ]
        if JSONText.isValid(event.data) {
            members["data"] = .verbatim(line(event.data))
        } else {
            members["dataBase64"] = .string(Data(event.data).base64EncodedString())
        }
        return .object(members)
    }

    /// Valid JSON on one line: line breaks can stand only between its tokens (RFC 8259, sections 2 and 7).
    private static func line(_ json: [UInt8]) -> String {
        String(decoding: json.lazy.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
    }

    /// JSON as it is stored, everything else in Base64.
    static func text(_ data: [UInt8]) -> String {
        JSONText.isValid(data)
            ? line(data)
            : "base64:" + Data(data).base64EncodedString()
    }
}
#endif
