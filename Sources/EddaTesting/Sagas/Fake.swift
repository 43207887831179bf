public import EddaCore
public import EddaMessaging

/// A participant that needs no more than an answer.
///
/// ```swift
/// Fake(ReserveStock.self) { command in ReserveStock.Reply(shelf: "A-7") }
/// Fake(CapturePayment.self) { command in
///     if command.cents > 100_000 { throw Rejection("card.limit") }
/// }
/// ```
///
/// The fakes of one destination are one participant with an inbox, as a real one has. Whether a command was executed and
/// undone is counted by the test.
public struct Fake<C: Command>: Sendable {
    let handle: Handle<C>

    // A closure without a `return` fits both initialisers; then the one without a reply is meant.

    /// A fake that answers.
    ///
    /// - Parameters:
    ///   - command: The command that it takes.
    ///   - answer: Returns the reply; throws a `Rejection` to refuse, and anything else to fail.
    @_disfavoredOverload
    public init(_ command: C.Type, _ answer: @escaping @Sendable (_ command: C) throws -> C.Reply) {
        handle = Handle(C.self) { command, _ in try answer(command) }
    }
}

extension Fake where C.Reply == NoReply {
    /// A fake of a command without a reply.
    ///
    /// - Parameters:
    ///   - command: The command that it takes.
    ///   - answer: Throws a `Rejection` to refuse, and anything else to fail.
    public init(_ command: C.Type, _ answer: @escaping @Sendable (_ command: C) throws -> Void = { _ in }) {
        handle = Handle(C.self) { command, _ in try answer(command) }
    }
}

/// Collects the participants of a test: fakes and real ones.
@resultBuilder
public enum SagaTestParticipants {
    /// Takes a fake.
    public static func buildExpression<C: Command>(_ fake: Fake<C>) -> [Participant] {
        [Participant(C.destination) { fake.handle }]
    }

    /// Takes a participant.
    public static func buildExpression(_ participant: Participant) -> [Participant] { [participant] }

    /// Takes several.
    public static func buildExpression(_ participants: [Participant]) -> [Participant] { participants }

    /// Joins them; those of the same name become one.
    public static func buildBlock(_ participants: [Participant]...) -> [Participant] {
        var joined: [Participant] = []
        for participant in participants.joined() {
            if let index = joined.firstIndex(where: { $0.name == participant.name }) {
                joined[index] = joined[index].joined(with: participant)
            } else {
                joined.append(participant)
            }
        }
        return joined
    }
}
