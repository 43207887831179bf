/// Whether the state of an aggregate is stored now and then, so that a long stream need not be read from its beginning.
///
/// ```swift
/// struct Account: Aggregate, Codable {
///     static var snapshots: SnapshotPolicy<Account> { .every(100) }
///     …
/// }
/// ```
///
/// A snapshot is a help, never an authority: deleting all of them changes nothing but the time that a load takes. It is
/// written in the same commit as the events that it contains, and carries a fingerprint of the state's shape. One of
/// another shape is passed over and replaced in time; one that does not decode is reported as a warning to
/// `Logger.current`, the stream is read from its beginning, and the next update writes a new one.
///
/// ### The shape
///
/// The fingerprint covers the name and the category of the aggregate, the event types that it handles with their schema
/// versions, `version`, and the names and types of what the state decodes, nested ones too. It is found by decoding the
/// state from its own initial value, with one blank element where a collection is empty. So it does not see:
///
/// - what a handler does: raise `version` when its meaning changes;
/// - what is inside a type in an empty collection or an absent optional that refuses a blank value, such as an
///   enumeration of texts, and the payloads of cases that the initial state does not use; the name of the type is seen;
/// - what an `init(from:)` of your own reads only for some values.
///
/// So an `init(from:)` of your own meets blank values, such as 0 and the empty text, that no event has brought about: let it
/// throw what it refuses, as for any stored data, and not stop the program.
public struct SnapshotPolicy<State: Aggregate>: Sendable {
    let format: SnapshotFormat<State>?

    /// No snapshots.
    public static var never: SnapshotPolicy { SnapshotPolicy(format: nil) }
}

extension SnapshotPolicy where State: Codable {
    /// A snapshot with every update after which the last one is so many events behind.
    ///
    /// - Parameters:
    ///   - events: How many, from 1; some hundreds pay, a few do not.
    ///   - version: Raise it when a handler's meaning changes, so that earlier snapshots are not used any more.
    public static func every(_ events: Int, version: Int = 1) -> SnapshotPolicy {
        precondition(events > 0, "Snapshots are taken every 1 or more events.")
        return SnapshotPolicy(
            format: SnapshotFormat(
                interval: events,
                version: version,
                encode: { state, schema in try schema.encode(state) },
                decode: { bytes, schema in try schema.codec.decode(State.self, from: bytes) },
                properties: { StateShape.properties(of: State.self, initially: State()) }
            )
        )
    }
}
