#if CLI
internal import Edda
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The reading limit: the columns of events, read by a loop over one prepared statement.
final class RawReader {
    private let database: RawDatabase
    private let stream: RawStatement
    private let all: RawStatement
    private let decoder = JSONDecoder()

    private static let columns = """
        e.position, s.name, e.version, e.type, e.schema_version, e.recorded_at, e.id, e.tags, e.correlation, \
        e.causation, e.headers, e.data
        """
    private static let dataColumn: Int32 = 11

    init(_ path: String) throws {
        database = try RawDatabase(path, isReadOnly: true)
        stream = try database.prepare(
            """
            SELECT \(Self.columns) FROM edda_streams s JOIN edda_events e ON e.stream = s.id
            WHERE s.name = ?1 ORDER BY e.version
            """
        )
        all = try database.prepare(
            """
            SELECT \(Self.columns) FROM edda_events e NOT INDEXED JOIN edda_streams s ON s.id = e.stream
            WHERE e.category > 0 AND e.position > ?2 ORDER BY e.position LIMIT ?1
            """
        )
    }

    /// Reads every column of a stream's events.
    ///
    /// - Returns: How many bytes they had in all, so that nothing is optimised away.
    func read(_ name: [UInt8]) throws -> Int {
        try rows(name) { row in Self.touch(row) }
    }

    /// Reads a stream's events and folds them with Foundation's decoder.
    func fold(_ name: [UInt8], into basket: inout Basket) throws {
        _ = try rows(name) { row in
            let bytes = Self.touch(row)
            basket.add(try decode(row))
            return bytes
        }
    }

    /// Reads every column of all events.
    func readAll(limit: Int) throws -> Int {
        try allRows(limit) { Self.touch($0) }
    }

    /// Reads the next events after a position and folds them with Foundation's decoder.
    ///
    /// - Returns: The position of the last one.
    func fold(_ limit: Int, after position: Int64, into basket: inout Basket) throws -> Int64 {
        var last = position
        _ = try allRows(limit, after: position) { row in
            let bytes = Self.touch(row)
            last = row.integer(0)
            basket.add(try decode(row))
            return bytes
        }
        return last
    }

    private func rows(_ name: [UInt8], _ body: (RawStatement) throws -> Int) throws -> Int {
        try name.withUnsafeBytes { name in
            stream.bind(1, text: name)
            defer { stream.reset() }
            var sum = 0
            while try stream.step() { sum &+= try body(stream) }
            return sum
        }
    }

    private func allRows(_ limit: Int, after position: Int64 = 0, _ body: (RawStatement) throws -> Int) throws -> Int {
        all.bind(1, Int64(limit))
        all.bind(2, position)
        defer { all.reset() }
        var sum = 0
        while try all.step() { sum &+= try body(all) }
        return sum
    }

    private func decode(_ row: RawStatement) throws -> ItemAdded {
        let bytes = row.bytes(Self.dataColumn)
        return try decoder.decode(ItemAdded.self, from: Data(bytes: bytes.baseAddress!, count: bytes.count))
    }

    private static func touch(_ row: RawStatement) -> Int {
        var sum = Int(truncatingIfNeeded: row.integer(0) ^ row.integer(2) ^ row.integer(3) ^ row.integer(4))
        sum ^= Int(truncatingIfNeeded: row.integer(5))
        for column: Int32 in [1, 6, 7, 8, 9, 10, 11] { sum &+= row.bytes(column).count }
        return sum
    }
}
#endif
