#if CLI
internal import Edda

/// Where the bytes of a database are.
enum DiskUse {
    private static let events = 200_000
    /// The bytes of an event's data, about: a fifth of the events have a few more.
    private static let dataSize = 200

    /// What a row of such a store is called.
    static func name(_ layout: BulkStore.Layout, isTagged: Bool) -> String {
        "growth-disk" + (isTagged ? "-tagged" : "") + (layout == .interleaved ? "-interleaved" : "")
    }

    /// Writes a store and weighs it.
    ///
    /// Its figures are bytes for each byte of events' data: of all, of each table and index, and of some columns; and,
    /// after `bytes.`, the parts in bytes, which together are the file: columns and what surrounds them in the table of
    /// events, every other table and index, and pages that nothing is in.
    static func row(in bench: Bench, _ layout: BulkStore.Layout, isTagged: Bool) throws -> BenchRow {
        let name = name(layout, isTagged: isTagged)
        let clock = ContinuousClock()
        let start = clock.now
        Memory.resetPeak()
        var bulk = try BulkStore(bench.file(name), layout, isTagged: isTagged, dataSize: dataSize)
        try bulk.grow(to: events)
        let seconds = (clock.now - start) / .seconds(1)
        let size = try DatabaseFile.size(of: bulk.path)
        let database = try RawDatabase(bulk.path, isReadOnly: true)
        let columns = try columns(in: database)
        let data = Double(columns.first { $0.name == "data" }?.bytes ?? 0)
        func share(_ part: Part) -> (name: String, value: Double) { (part.name, Double(part.bytes) / data) }
        func bytes(_ part: Part, _ prefix: String) -> (name: String, value: Double) {
            ("bytes.\(prefix)\(part.name)", Double(part.bytes))
        }
        var further = [
            ("bytesPerDataByte", Double(size) / data), ("dataBytesPerEvent", data / Double(events)),
            ("fileBytes", Double(size)),
        ]
        let isWeighed = try database.integer("SELECT count(*) FROM pragma_module_list WHERE name = 'dbstat'") > 0
        if isWeighed {
            let parts = try parts(of: database, columns, size: size)
            further += ([parts.events] + parts.others).filter { Double($0.bytes) >= data / 1_000 }.map(share)
            further += parts.surroundings.map { bytes($0, "events.") }
            further += parts.others.map { bytes($0, "") }
        }
        further += columns.map { ("column.\($0.name)", share($0).value) }
        further += columns.map { bytes($0, "column.") }
        return BenchRow(
            workload: name,
            operations: events,
            // Of writing it all at once: no operation is timed by itself.
            seconds: seconds,
            isRate: false,
            peakRSSMiB: Memory.peakMiB(),
            further: further,
            note: isWeighed
                ? nil : "this SQLite has no dbstat (sqlite.org/dbstat.html), which weighs tables and indexes"
        )
    }

    private struct Part {
        var name: String
        var bytes: Int
    }

    private struct Parts {
        /// The table of events as a whole.
        var events: Part
        /// What is around its columns.
        var surroundings: [Part]
        /// Every other table and index, the largest first; those of one page together, and pages that nothing is in.
        var others: [Part]
    }

    /// Where the bytes of a database are, by pages (sqlite.org/dbstat.html) and by the sizes of values in a record.
    private static func parts(of database: RawDatabase, _ columns: [Part], size: Int) throws -> Parts {
        let trees = try database.rows(
            "SELECT name, sum(pgsize), sum(payload), sum(unused) FROM dbstat GROUP BY name ORDER BY 2 DESC"
        ).map { row in
            (part: Part(name: row[0], bytes: Int(row[1]) ?? 0), payload: Int(row[2]) ?? 0, unused: Int(row[3]) ?? 0)
        }
        guard let table = trees.first(where: { $0.part.name == "edda_events" }) else {
            throw BenchFailure("The store has no table of events.")
        }
        let position = columns.first { $0.name == "position" }?.bytes ?? 0
        let values = columns.reduce(0) { $0 + $1.bytes } - position
        let surroundings = [
            // The sizes of a record's values, which stand before them.
            Part(name: "recordHeaders", bytes: table.payload - values),
            // The heads of pages and cells, and the pages that lead to those with records.
            Part(name: "cellsAndPages", bytes: table.part.bytes - table.payload - table.unused - position),
            Part(name: "unused", bytes: table.unused),
        ]
        let pageSize = Int(try database.integer("PRAGMA page_size"))
        let rest = trees.map(\.part).filter { $0.name != "edda_events" }
        var others = rest.filter { $0.bytes > pageSize }
        others.append(Part(name: "singlePages", bytes: rest.count { $0.bytes == pageSize } * pageSize))
        others.append(Part(name: "freePages", bytes: size - trees.reduce(0) { $0 + $1.part.bytes }))
        let all = columns + surroundings + others
        guard all.allSatisfy({ $0.bytes >= 0 }), all.reduce(0, { $0 + $1.bytes }) == size else {
            throw BenchFailure("The parts of the store do not add up to its \(size) bytes: \(all)")
        }
        return Parts(events: table.part, surroundings: surroundings, others: others)
    }

    /// The columns of the events with the bytes of their values.
    ///
    /// An integer has as many bytes as it needs, none when it is 0 or 1 (sqlite.org/fileformat2.html, section 2.1); the
    /// position is the key of the row, in 7 bits a byte (section 1.6).
    private static func columns(in database: RawDatabase) throws -> [Part] {
        let columns = try database.rows("SELECT name, type FROM pragma_table_info('edda_events')")
        let sizes = columns.map { column in
            let (name, type) = (column[0], column[1])
            if name == "position" {
                return (["1"] + (1...8).map { "(\(name) >= \(1 << (7 * $0)))" }).joined(separator: " + ")
            }
            guard type == "INTEGER" else { return "length(CAST(\(name) AS BLOB))" }
            return """
                CASE WHEN \(name) IS NULL OR \(name) IN (0, 1) THEN 0 WHEN \(name) BETWEEN -128 AND 127 THEN 1
                WHEN \(name) BETWEEN -32768 AND 32767 THEN 2 WHEN \(name) BETWEEN -8388608 AND 8388607 THEN 3
                WHEN \(name) BETWEEN -2147483648 AND 2147483647 THEN 4
                WHEN \(name) BETWEEN -140737488355328 AND 140737488355327 THEN 6 ELSE 8 END
                """
        }
        let sums = sizes.map { "coalesce(sum(\($0)), 0)" }.joined(separator: ", ")
        let row = try database.rows("SELECT \(sums) FROM edda_events")[0]
        return zip(columns, row).map { Part(name: $0[0], bytes: Int($1) ?? 0) }
    }
}
#endif
