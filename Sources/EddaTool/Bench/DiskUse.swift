#if CLI
internal import Edda

/// Where the bytes of a database are, for each byte of events' data.
enum DiskUse {
    private static let events = 200_000
    /// The bytes of an event's data, about: a fifth of the events have a few more.
    private static let dataSize = 200

    /// Writes a store and weighs it: tables and indexes by their pages (sqlite.org/dbstat.html), the columns of the
    /// events by their contents.
    static func row(in bench: Bench, isTagged: Bool) throws -> BenchRow {
        let clock = ContinuousClock()
        let start = clock.now
        var bulk = try BulkStore(bench.file(isTagged ? "tagged" : "plain"), isTagged: isTagged, dataSize: dataSize)
        try bulk.grow(to: events)
        let seconds = (clock.now - start) / .seconds(1)
        let database = try RawDatabase(bulk.path, isReadOnly: true)
        let data = Double(try database.integer("SELECT sum(length(data)) FROM edda_events"))
        var parts: [(name: String, value: Double)] = []
        for row in try database.rows("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC") {
            guard let bytes = Double(row[1]), bytes / data >= 0.001 else { continue }
            parts.append((row[0], bytes / data))
        }
        let total = Double(try database.integer("SELECT sum(pgsize) FROM dbstat"))
        let columns = ["data", "id", "tags", "headers"]
        let lengths = try database.rows(
            "SELECT \(columns.map { "coalesce(sum(length(CAST(\($0) AS BLOB))), 0)" }.joined(separator: ", ")) FROM edda_events"
        )
        for (column, length) in zip(columns, lengths[0]) {
            parts.append(("column.\(column)", (Double(length) ?? 0) / data))
        }
        return BenchRow(
            workload: isTagged ? "growth-disk-tagged" : "growth-disk",
            operations: events,
            // Of writing it all at once: no operation is timed by itself.
            seconds: seconds,
            limit: "bytes of events' data, for each byte on disk",
            limitPerSecond: Double(events) / seconds * (total / data),
            peakRSSMiB: Memory.peakMiB(),
            further: [("bytesPerDataByte", total / data), ("dataBytesPerEvent", data / Double(events))] + parts
        )
    }
}
#endif
