import EddaCore
import Foundation

/// One unit of the workload.
///
/// Everything that it writes tells which unit wrote it, so that a file shows whether it is there whole, not at all, or in
/// parts.
struct FaultUnit: Sendable {
    /// What the streams of the unit must be like.
    enum Condition: Sendable {
        case none
        /// The first stream is at the version that it is known to have.
        case exact
        /// The first stream is new.
        case missing
        /// The first stream is at a version that it never has.
        case wrong
        /// No event bears the tag.
        case noTag(Tag)
    }

    /// Attempts under one key write the same and share it.
    let token: Int
    /// A stream for each event, and how many bytes the event has at least.
    var events: [(stream: StreamID, size: Int)] = []
    var condition = Condition.none
    /// A stream that is not written and must not be there.
    var absent: StreamID?
    var tags: Set<Tag> = []
    var key: IdempotencyKey?
    var sendsMessage = false
    var setsCheckpoint = false
    var setsTimer = false
    var insertsRow = false
    /// The unit whose message it removes.
    var removes: Int?
    /// It throws when it has done all that.
    var refusesItself = false
    /// Whether it succeeds when nothing goes wrong.
    var succeeds = true

    struct Refusal: Error {}

    var entries: [Append.Entry] {
        events.enumerated()
            .map { index, event in
                var text = "u\(token)/\(index)"
                text += String(repeating: ".", count: max(0, event.size - text.utf8.count))
                return Append.Entry(
                    stream: event.stream,
                    event: EventData(
                        id: EventID(high: UInt64(token) << 16 | 0x7000, low: 1 << 63 | UInt64(index)),
                        type: "happened",
                        tags: tags,
                        data: Array(text.utf8)
                    )
                )
            }
    }

    var message: Message {
        Message(
            id: "m\(token)",
            source: "/faults",
            type: "done",
            destination: "elsewhere",
            time: Timestamp(microseconds: 1),
            partitionKey: "k\(token)",
            idempotencyKey: "m\(token)",
            data: Array("m\(token)".utf8)
        )
    }
}

/// The recorded workload: steps of units, those of one step given at the same time so that they are committed as a group.
enum FaultScript {
    static let checkpointPages = 40

    static let steps: [[FaultUnit]] = [
        [FaultUnit(token: 1, events: [("a-1", 0)], condition: .missing, tags: ["one"])],
        [FaultUnit(token: 2, events: [("a-1", 0), ("a-1", 30), ("a-1", 0)], condition: .exact, tags: ["one", "two"])],
        [
            FaultUnit(
                token: 3,
                events: [("b-1", 0), ("a-1", 0), ("b-1", 200)],
                condition: .missing,
                absent: "nobody-1"
            )
        ],
        [FaultUnit(token: 4, events: [("user-1", 0)], condition: .noTag("name:ada"), tags: ["name:ada"])],
        [
            FaultUnit(
                token: 5,
                events: [("user-2", 0)],
                condition: .noTag("name:ada"),
                tags: ["name:ada"],
                succeeds: false
            )
        ],
        [FaultUnit(token: 6, events: [("d-1", 0), ("d-1", 0)], key: "key-6")],
        [FaultUnit(token: 6, events: [("d-1", 0), ("d-1", 0)], key: "key-6")],
        [FaultUnit(token: 7, events: [("d-1", 9)], key: "key-6", succeeds: false)],
        [
            FaultUnit(
                token: 8,
                events: [("e-1", 0)],
                sendsMessage: true,
                setsCheckpoint: true,
                setsTimer: true,
                insertsRow: true
            )
        ],
        [
            FaultUnit(
                token: 9,
                events: [("f-1", 5_000)],
                sendsMessage: true,
                setsCheckpoint: true,
                insertsRow: true,
                refusesItself: true,
                succeeds: false
            )
        ],
        group(from: 10),
        [FaultUnit(token: 40, events: [("big-1", 24_000)], condition: .missing)],
        [FaultUnit(token: 41, events: [("e-1", 0)], condition: .exact, setsCheckpoint: true, removes: 8)],
        group(from: 50),
        [FaultUnit(token: 80, events: [("a-1", 0)], condition: .exact, tags: ["two"], key: "key-80")],
        [FaultUnit(token: 80, events: [("a-1", 0)], condition: .exact, tags: ["two"], key: "key-80")],
        [FaultUnit(token: 81, events: [("a-1", 40)], condition: .exact, sendsMessage: true)],
    ]

    private static func group(from token: Int) -> [FaultUnit] {
        let own = StreamID(unchecked: "g-\(token)")
        return [
            FaultUnit(token: token, events: [(own, 0), (own, 0)], condition: .missing),
            FaultUnit(token: token + 1, events: [("a-1", 700)], condition: .exact, tags: ["one"]),
            FaultUnit(token: token + 2, events: [("b-1", 0)], condition: .wrong, succeeds: false),
            FaultUnit(token: token + 3, events: [("h-1", 0)], sendsMessage: true, insertsRow: true),
            FaultUnit(
                token: token + 4,
                events: [("i-1", 3_000)],
                sendsMessage: true,
                insertsRow: true,
                refusesItself: true,
                succeeds: false
            ),
            FaultUnit(token: token + 5, events: [("j-1", 6_000)], key: IdempotencyKey(unchecked: "key-\(token + 5)")),
            FaultUnit(
                token: token + 6,
                events: [(StreamID(unchecked: "user-\(token)"), 0)],
                condition: .noTag(Tag(unchecked: "name:\(token)")),
                tags: [Tag(unchecked: "name:\(token)")],
                setsCheckpoint: true
            ),
            FaultUnit(
                token: token + 7,
                events: [(StreamID(unchecked: "user-\(token + 1)"), 0)],
                condition: .noTag(Tag(unchecked: "name:\(token)")),
                tags: [Tag(unchecked: "name:\(token)")],
                succeeds: false
            ),
        ]
    }

    /// Every unit once.
    static let units: [Int: (unit: FaultUnit, step: Int)] = {
        var units: [Int: (FaultUnit, Int)] = [:]
        for (index, step) in steps.enumerated() {
            for unit in step where units[unit.token] == nil { units[unit.token] = (unit, index) }
        }
        return units
    }()
}
