#if CLI
internal import Edda
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The reading limit: the columns of events, read by a loop over one prepared statement.
///
/// It selects what the store selects: all columns where events are wanted, and what folding needs where they are folded.
final class RawReader {
    private let database: RawDatabase
    private let stream: RawStatement
    private let all: RawStatement
    private let folded: RawStatement
    private let foldedStream: RawStatement
    private let foldedType: RawStatement
    private let decoder = JSONDecoder()

    private static let columns = """
        e.position, e.stream, e.version, e.type, e.schema_version, e.recorded_at, e.id, e.tags, e.correlation, \
        e.causation, e.headers, e.data
        """
    private static let dataColumn: Int32 = 11
    private static let foldedColumns = "e.position, e.version, e.type, e.schema_version, e.data"
    private static let foldedTypeColumn: Int32 = 2
    private static let foldedDataColumn: Int32 = 4

    init(_ path: String) throws {
        database = try RawDatabase(path, isReadOnly: true)
        stream = try database.prepare(
            """
            SELECT \(Self.columns.replacing("e.stream", with: "0"))
            FROM edda_streams s JOIN edda_events e ON e.stream = s.id WHERE s.name = ?1 ORDER BY e.version
            """
        )
        all = try database.prepare(
            """
            SELECT \(Self.columns) FROM edda_events e NOT INDEXED
            WHERE e.category > 0 AND e.position > ?2 ORDER BY e.position LIMIT ?1
            """
        )
        folded = try database.prepare(
            """
            SELECT \(Self.foldedColumns) FROM edda_events e NOT INDEXED
            WHERE e.category > 0 AND e.position > ?2 ORDER BY e.position LIMIT ?1
            """
        )
        foldedStream = try database.prepare(
            """
            SELECT \(Self.foldedColumns)
            FROM edda_streams s JOIN edda_events e ON e.stream = s.id WHERE s.name = ?1 ORDER BY e.version
            """
        )
        foldedType = try database.prepare(
            """
            SELECT \(Self.foldedColumns) FROM edda_events e INDEXED BY edda_events_type
            WHERE e.type = \(RawLog.itemType) AND e.category > 0 AND e.position > ?2 ORDER BY e.position LIMIT ?1
            """
        )
    }

    /// Reads every column of a stream's events.
    ///
    /// - Returns: How many bytes they had in all, so that nothing is optimised away.
    func read(_ name: [UInt8]) throws -> Int {
        try rows(of: stream, name) { row in Self.touch(row) }
    }

    /// Reads a stream's events and folds them with Foundation's decoder.
    func fold(_ name: [UInt8], into basket: inout Basket) throws {
        _ = try rows(of: foldedStream, name) { row in
            basket.add(try decode(row))
            return Self.touchFolded(row)
        }
    }

    /// Reads every column of all events.
    func readAll(limit: Int) throws -> Int {
        try rows(of: all, limit) { Self.touch($0) }
    }

    /// Reads the next events after a position and folds the items among them with Foundation's decoder.
    ///
    /// - Parameter isTyped: Whether only items are read, by the index over types.
    /// - Returns: The position of the last one.
    func fold(_ limit: Int, after position: Int64, isTyped: Bool = false, into basket: inout Basket) throws -> Int64 {
        var last = position
        _ = try rows(of: isTyped ? foldedType : folded, limit, after: position) { row in
            last = row.integer(0)
            if row.integer(Self.foldedTypeColumn) == RawLog.itemType { basket.add(try decode(row)) }
            return Self.touchFolded(row)
        }
        return last
    }

    private func rows(of stream: RawStatement, _ name: [UInt8], _ body: (RawStatement) throws -> Int) throws -> Int {
        try name.withUnsafeBytes { name in
            stream.bind(1, text: name)
            defer { stream.reset() }
            var sum = 0
            while try stream.step() { sum &+= try body(stream) }
            return sum
        }
    }

    private func rows(
        of statement: RawStatement,
        _ limit: Int,
        after position: Int64 = 0,
        _ body: (RawStatement) throws -> Int
    ) throws -> Int {
        statement.bind(1, Int64(limit))
        statement.bind(2, position)
        defer { statement.reset() }
        var sum = 0
        while try statement.step() { sum &+= try body(statement) }
        return sum
    }

    private func decode(_ row: RawStatement) throws -> ItemAdded {
        let bytes = row.bytes(Self.foldedDataColumn)
        // SQLite's own memory, which stays until the next step; the decoder only reads it.
        let data = Data(
            bytesNoCopy: UnsafeMutableRawPointer(mutating: bytes.baseAddress!),
            count: bytes.count,
            deallocator: .none
        )
        return try decoder.decode(ItemAdded.self, from: data)
    }

    @inline(__always)
    private static func touchFolded(_ row: RawStatement) -> Int {
        Int(truncatingIfNeeded: row.integer(0) ^ row.integer(1) ^ row.integer(2) ^ row.integer(3))
    }

    @inline(__always)
    private static func touch(_ row: RawStatement) -> Int {
        var sum = Int(truncatingIfNeeded: row.integer(0) ^ row.integer(1) ^ row.integer(2) ^ row.integer(3))
        sum ^= Int(truncatingIfNeeded: row.integer(4) ^ row.integer(5))
        sum &+= row.bytes(6).count
        if !row.isNull(7) { sum &+= row.bytes(7).count }
        if !row.isNull(8) { sum &+= row.bytes(8).count }
        if !row.isNull(9) { sum &+= row.bytes(9).count }
        if !row.isNull(10) { sum &+= row.bytes(10).count }
        return sum &+ row.bytes(Self.dataColumn).count
    }
}
#endif
