internal import EddaCore
package import EddaMessaging
package import EddaProjections
package import EddaSagas

/// The parts of a runtime by kind, checked against each other.
package struct Components: Sendable {
    package private(set) var projections: [Projection] = []
    package private(set) var sagas: [SagaRegistration] = []
    package private(set) var participants: [Participant] = []

    /// Every kind of event that one of the parts reads.
    var events: [any Event.Type] {
        projections.flatMap(\.events) + (sagas.isEmpty ? [] : SagaHistory.events as [any Event.Type])
    }

    /// Sorts parts by kind.
    ///
    /// - Parameters:
    ///   - components: The parts in the order in which they were written.
    ///   - reserved: The address that no participant may have.
    /// - Throws: ``ConfigurationError`` for the first part that does not go together with those before it.
    init(_ components: [EddaRuntime.Component], reserved: Address) throws(ConfigurationError) {
        var projectionNames = Set<ProjectionName>()
        var sagaNames = Set<SagaName>()
        var participantNames = Set<Address>()
        for component in components {
            switch component.kind {
            case .projection(let projection):
                guard projectionNames.insert(projection.name).inserted else {
                    throw ConfigurationError(
                        .duplicateProjection,
                        "Two projections are named \(projection.name). Give each a name of its own."
                    )
                }
                projections.append(projection)
            case .saga(let registration):
                let saga = registration.saga
                guard sagaNames.insert(saga.name).inserted else {
                    throw ConfigurationError(
                        .duplicateSaga,
                        "Two sagas are named \(saga.name), the second is \(saga). Give each a name of its own."
                    )
                }
                sagas.append(registration)
            case .participant(let participant):
                guard participantNames.insert(participant.name).inserted else {
                    throw ConfigurationError(
                        .duplicateParticipant,
                        "Two participants are named \(participant.name). Put the handlers of both into one."
                    )
                }
                guard participant.name != reserved else {
                    throw ConfigurationError(
                        .reservedAddress,
                        "A participant is named \(reserved), which is where the runtime receives the replies to its "
                            + "sagas. Rename the participant or the runtime."
                    )
                }
                participants.append(participant)
            }
        }
    }
}
