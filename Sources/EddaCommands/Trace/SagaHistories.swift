#if CLI
internal import Edda

/// Joins the events of sagas' histories: what answers a step stands below its sending, what else a transition did below
/// its first event.
///
/// It is given the events of a conversation one after another.
struct SagaHistories {
    fileprivate struct Saga {
        /// The nodes of the last sendings, by step.
        var sent: [StepID: Int] = [:]
        var undoSent: [StepID: Int] = [:]
        /// The first event of the latest transition, and what tells it from the next.
        var transition: (node: Int, cause: String?, time: Timestamp, version: Int)?
        var first: Int?
        var end: Int?
    }

    private let schema: SchemaRegistry
    private var sagas: [StreamID: Saga] = [:]
    /// What the last event has to say.
    private(set) var line: HistoryLine?

    init(schema: SchemaRegistry) { self.schema = schema }

    /// The node under which an event of a history stands.
    ///
    /// `nil` for other events, and where the event's own cause tells.
    mutating func parent(of event: RecordedEvent, at node: Int) -> Int? {
        line = nil
        guard event.stream.category == SagaHistory.category else { return nil }
        // A history of another version of Edda is shown by its causes alone.
        let decoded = (try? SagaHistory.decode(event, schema: schema)) ?? nil
        line = decoded?.line
        var saga = sagas[event.stream] ?? Saga()
        defer { sagas[event.stream] = saga }
        defer { saga.note(decoded, event, at: node) }
        if let transition = saga.transition, transition.cause == event.metadata.causationID,
            transition.time == event.recordedAt, transition.version == event.version - 1
        {
            saga.transition?.version = event.version
            return transition.node
        }
        saga.transition = (node, event.metadata.causationID, event.recordedAt, event.version)
        guard let step = line?.step else { return saga.first }
        return (decoded?.isOfUndoing == true ? saga.undoSent[step] : nil) ?? saga.sent[step] ?? saga.first
    }

    /// The end of the saga that has an id, or its beginning while it goes on.
    func end(of id: String) -> Int? {
        guard let id = try? SagaID(validating: id), let saga = sagas[SagaHistory.stream(of: id)] else { return nil }
        return saga.end ?? saga.first
    }
}

extension SagaHistories.Saga {
    fileprivate mutating func note(_ decoded: (any HistoryEvent)?, _ event: RecordedEvent, at node: Int) {
        first = first ?? node
        switch decoded {
        case let sent as StepDispatched: self.sent[sent.step] = node
        case let sent as StepUndoDispatched: undoSent[sent.step] = node
        case is SagaCompleted, is SagaCompensated: end = node
        default: break
        }
    }
}

extension HistoryEvent {
    /// Whether it is about a compensation that was sent.
    fileprivate var isOfUndoing: Bool {
        switch self {
        case is StepUndone, is StepUndoFailed: true
        case let resent as StepResent: resent.direction == .undo
        case let ignored as ReplyIgnored: ignored.direction == .undo
        default: false
        }
    }
}
#endif
