package import EddaCore

/// A plan made ready to run: its steps without their types, checked, and a fingerprint by which stored sagas are
/// recognised as its own.
package struct SagaProgram: Sendable {
    typealias Ended = @Sendable (SagaInstance, any WriteTransaction) throws -> Void

    /// The kind of saga.
    package let name: SagaName
    /// The version of the plan.
    package let version: Int
    /// A hash over the ids, phases and command types of the steps.
    package let fingerprint: String
    let steps: [PlannedStep]
    /// How long after its start a saga should have ended.
    let deadline: Duration?
    let schema: SchemaRegistry
    let ended: Ended
    let recoded: @Sendable ([UInt8]) throws(SagaError) -> [UInt8]
    /// What a saga with this state is found by; `nil` when the kind has no attributes.
    let attributes: (@Sendable (_ state: [UInt8]) throws(SagaError) -> [String: String])?

    /// Compiles the plan of a saga.
    ///
    /// - Throws: ``SagaError`` with code `duplicateStep`, `invalidStep`, `invalidAttribute` or `invalidDeadline`, naming what is wrong.
    package static func compile<S: Saga>(_ saga: S.Type, schema: SchemaRegistry) throws(SagaError) -> SagaProgram {
        let steps = S.plan.steps
        var seen: Set<StepID> = []
        for step in steps {
            guard seen.insert(step.id).inserted else {
                throw SagaError(
                    .duplicateStep,
                    "The plan of saga \(S.name) has two steps with the id \(step.id). Rename one of them."
                )
            }
            guard !step.id.rawValue.utf8.contains(UInt8(ascii: "/")), step.id.rawValue != SagaKey.undoSuffix,
                !step.id.rawValue.hasPrefix("#")
            else {
                throw SagaError(
                    .invalidStep,
                    "The plan of saga \(S.name) has a step with the id \"\(step.id)\". A step id holds no slash, is "
                        + "not \"undo\" and does not begin with #, since idempotency keys are made of it. Rename the step."
                )
            }
        }
        if let deadline = S.deadline, deadline <= .zero {
            throw SagaError(
                .invalidDeadline,
                "The deadline of saga \(S.name) is not above zero: \(deadline.inWords). Correct it, or leave it out."
            )
        }
        return SagaProgram(
            name: S.name,
            version: S.version,
            fingerprint: fingerprint(of: steps),
            steps: steps,
            deadline: S.deadline,
            schema: schema,
            ended: { instance, transaction in
                let ending = SagaEnding(
                    id: instance.id,
                    status: instance.status,
                    state: try StoredState.decode(S.State.self, from: instance.state.bytes, schema: schema),
                    reason: instance.reason,
                    correlationID: instance.correlationID,
                    schema: schema
                )
                try S.ended(ending, in: transaction)
            },
            recoded: { bytes throws(SagaError) in
                let state = try StoredState.decode(S.State.self, from: bytes, schema: schema)
                do {
                    return try schema.encode(state)
                } catch {
                    throw SagaError(.unreadableState, "The state of a \(S.name) does not encode: \(error)")
                }
            },
            attributes: try attributes(of: saga, schema: schema)
        )
    }

    private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.".utf8)

    private static func attributes<S: Saga>(
        of saga: S.Type,
        schema: SchemaRegistry
    ) throws(SagaError) -> (@Sendable ([UInt8]) throws(SagaError) -> [String: String])? {
        let attributes = S.attributes
        guard !attributes.isEmpty else { return nil }
        var seen: Set<String> = []
        for attribute in attributes {
            guard !attribute.name.isEmpty, attribute.name.utf8.allSatisfy(nameBytes.contains),
                seen.insert(attribute.name).inserted
            else {
                throw SagaError(
                    .invalidAttribute,
                    "Saga \(S.name) has the attribute \"\(attribute.name)\" twice, or it is no name: letters, digits, "
                        + "-, _ and . make one. Rename it."
                )
            }
        }
        return { bytes throws(SagaError) in
            let state = try StoredState.decode(S.State.self, from: bytes, schema: schema)
            var values: [String: String] = [:]
            for attribute in attributes { values[attribute.name] = attribute.value(state) }
            return values
        }
    }

    /// The index of a step.
    func index(of id: StepID) -> Int? { steps.firstIndex { $0.id == id } }

    private static func fingerprint(of steps: [PlannedStep]) -> String {
        var fingerprint = Fingerprint()
        for step in steps {
            fingerprint.add(step.id.rawValue)
            fingerprint.add(step.phase.rawValue)
            fingerprint.add(step.commandType.rawValue)
            fingerprint.add(step.undoType?.rawValue ?? "")
        }
        return fingerprint.text
    }
}
