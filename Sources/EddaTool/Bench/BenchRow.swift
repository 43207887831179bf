#if CLI
internal import EddaCommands

/// What one workload came to, beside its limit.
struct BenchRow: Sendable {
    /// The name of the workload.
    var workload: String
    /// What an operation is, such as `event` or `load`.
    var unit = "event"
    /// What the percentiles are of, where it is not an operation.
    var timed: String?
    /// How many operations were measured.
    var operations: Int
    /// How long they took, without the limit's turns.
    var seconds: Double
    /// Whether operations per second say something: not where nobody was in a hurry.
    var isRate = true
    /// Half of the operations took at most so long, in microseconds; `nil` where single ones were not timed.
    var p50Micros: Double?
    /// 99 of 100 operations took at most so long, in microseconds; `nil` where single ones were not timed.
    var p99Micros: Double?
    /// What the limit does; `nil` where there is none.
    var limit: String?
    /// What the limit reached; `nil` where there is none.
    var limitPerSecond: Double?
    /// The most memory that the process had in use during the measurement, in MiB; `nil` where the system tells only of
    /// the time since the process began.
    var peakRSSMiB: Double?
    /// Figures that only some workloads have.
    var further: [(name: String, value: Double)] = []
    /// What one must know about this row before one compares it with others.
    var note: String?

    /// Operations per second.
    var perSecond: Double { Double(operations) / seconds }
    /// The part of the limit that was reached; above 1 where several cores, or a better decoder, help.
    var shareOfLimit: Double? {
        isRate ? limitPerSecond.map { perSecond / $0 } : nil
    }

    /// Says one more thing that one must know.
    mutating func addNote(_ text: String) { note = note.map { "\($0); \(text)" } ?? text }

    var json: JSON {
        [
            "workload": .string(workload),
            "unit": .string(unit),
            "timed": p50Micros == nil ? .null : .string(timed ?? unit),
            "operations": .integer(Int64(operations)),
            "seconds": Self.rounded(seconds),
            "perSecond": Self.rounded(isRate ? perSecond : nil),
            "p50Micros": Self.rounded(p50Micros),
            "p99Micros": Self.rounded(p99Micros),
            "limit": .optional(limit),
            "limitPerSecond": Self.rounded(limitPerSecond),
            "shareOfLimit": Self.rounded(shareOfLimit),
            "peakRSSMiB": Self.rounded(peakRSSMiB),
            "further": .object(
                Dictionary(further.map { ($0.name, Self.rounded($0.value)) }, uniquingKeysWith: { $1 })
            ),
            "note": .optional(note),
        ]
    }

    /// Three digits after the point are more than a measurement knows.
    private static func rounded(_ value: Double?) -> JSON {
        value.map { .number(($0 * 1_000).rounded() / 1_000) } ?? .null
    }
}

extension [BenchRow] {
    /// The rows for people, with their notes below.
    func rendered(width: Int?) -> String {
        var table = TextTable(
            .text("WORKLOAD"),
            .number("OPERATIONS"),
            .text("UNIT"),
            .number("SECONDS"),
            .number("PER SECOND"),
            .number("P50 µs"),
            .number("P99 µs"),
            .number("LIMIT/S"),
            .number("SHARE"),
            .number("PEAK MiB"),
            .text("LIMIT"),
            .text("FURTHER")
        )
        for row in self {
            table.add(
                row.workload,
                String(row.operations),
                row.unit,
                Self.hundredths(row.seconds),
                row.isRate ? Self.whole(row.perSecond) : nil,
                Self.whole(row.p50Micros),
                Self.whole(row.p99Micros),
                Self.whole(row.limitPerSecond),
                Self.hundredths(row.shareOfLimit),
                Self.whole(row.peakRSSMiB),
                row.limit,
                row.further.map { "\($0.name) \(Self.hundredths($0.value) ?? "–")" }.joined(separator: ", ")
            )
        }
        let notes = compactMap { row in row.note.map { "\(row.workload): \($0).\n" } }
        return table.rendered(width: width) + notes.joined()
    }

    private static func whole(_ value: Double?) -> String? { digits(value).map(String.init) }

    private static func hundredths(_ value: Double?) -> String? {
        guard let scaled = digits(value.map { $0 * 100 }) else { return nil }
        let digits = String(abs(scaled) % 100)
        return "\(scaled < 0 ? "-" : "")\(abs(scaled) / 100).\(digits.count == 1 ? "0" : "")\(digits)"
    }

    /// The nearest integer; `nil` for what is no number.
    private static func digits(_ value: Double?) -> Int64? { value.flatMap { Int64(exactly: $0.rounded()) } }
}
#endif
