#if CLI
internal import Edda

/// Events one after another as they come: a line each, whole at once, so that a reader at the other end of a pipe
/// never waits for the rest of one.
struct EventLines: Sendable {
    private let output: Output
    private let asJSON: Bool
    private var table: GrowingTable

    init(output: Output, asJSON: Bool) {
        self.output = output
        self.asJSON = asJSON
        table = GrowingTable(EventList.columns, width: output.width)
    }

    /// Writes events; the head of the table stands before the first.
    ///
    /// - Throws: ``OutputFailure``, so that who follows the store ends.
    mutating func write(_ events: [RecordedEvent]) throws {
        if asJSON {
            for event in events { output.write(json: EventList.json(event)) }
        } else {
            output.write(table.lines(events.map(EventList.cells)))
        }
        try output.requireWritten()
    }
}
#endif
