package import EddaCore

/// A plan made ready to run: its statements without their types, checked, and a fingerprint by which stored sagas are
/// recognised as its own.
package struct SagaProgram: Sendable {
    typealias Ended = @Sendable (SagaInstance, any WriteTransaction) throws -> Void

    /// The kind of saga.
    package let name: SagaName
    /// The version of the plan.
    package let version: Int
    /// A hash over the ids, phases and command types of the steps, and over the blocks around them.
    package let fingerprint: String
    /// How long a saga may take.
    let deadline: Duration?
    /// The statements.
    let nodes: [PlanNode]
    /// Every step, in the order of the plan; those in a loop once for all its elements.
    let steps: [PlannedStep]
    /// What its `local` steps work with.
    let services: any Sendable
    let schema: SchemaRegistry
    let ended: Ended
    let decodeState: @Sendable ([UInt8]) throws(SagaError) -> any Sendable
    let encodeState: @Sendable (any Sendable) throws(SagaError) -> [UInt8]
    /// What a saga with this state is found by; `nil` when the kind has no attributes.
    let attributes: (@Sendable (_ state: [UInt8]) throws(SagaError) -> [String: String])?
    private let places: [StepID: Int]

    /// Compiles the plan of a saga.
    ///
    /// - Parameter services: What its `local` steps work with; not needed where they need nothing.
    /// - Throws: ``SagaError`` with code `duplicateStep`, `invalidStep`, `compensationElsewhere`, `missingServices`,
    ///   `invalidAttribute` or `invalidDeadline`, naming what is wrong.
    package static func compile<S: Saga>(
        _ saga: S.Type,
        services: S.Services? = nil,
        schema: SchemaRegistry
    ) throws(SagaError) -> SagaProgram {
        let nodes = PlanNode.placed(S.plan.nodes)
        let steps = PlanNode.steps(of: nodes)
        try check(nodes, of: S.name)
        for step in steps {
            guard let elsewhere = step.undoElsewhere else { continue }
            throw SagaError(
                .compensationElsewhere,
                "The compensation of step \(step.id) of saga \(S.name) goes to \(elsewhere), its command \(step.commandType) "
                    + "does not. Only who gets both can keep a late command out after its compensation. Send the "
                    + "compensation to the command's own participant, and let that one send on what is needed."
            )
        }
        let services = services ?? (() as? S.Services)
        if services == nil, let step = steps.first(where: { $0.perform != nil }) {
            throw SagaError(
                .missingServices,
                "Step \(step.id) of saga \(S.name) needs services of type \(S.Services.self). Register the saga with "
                    + "\(S.self).with(services)."
            )
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
            fingerprint: fingerprint(of: nodes),
            deadline: S.deadline,
            nodes: nodes,
            steps: steps,
            services: services ?? (),
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
            decodeState: { bytes throws(SagaError) in
                try StoredState.decode(S.State.self, from: bytes, schema: schema)
            },
            encodeState: { state throws(SagaError) in
                let state = try StoredState.typed(state, as: S.State.self)
                do {
                    return try schema.encode(state)
                } catch {
                    throw SagaError(.unreadableState, "The state of a \(S.name) does not encode: \(error)")
                }
            },
            attributes: try attributes(of: saga, schema: schema),
            places: Dictionary(uniqueKeysWithValues: steps.enumerated().map { ($0.element.id, $0.offset) })
        )
    }

    /// The state as this program encodes it.
    func recoded(_ bytes: [UInt8]) throws(SagaError) -> [UInt8] { try encodeState(decodeState(bytes)) }

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

    /// The step of a record; that of an element of a loop is found as well.
    func step(_ id: StepID) -> PlannedStep? { places[id.template].map { steps[$0] } }
}

extension SagaProgram {
    private static func check(_ nodes: [PlanNode], of saga: SagaName) throws(SagaError) {
        var seen: Set<StepID> = []
        for id in PlanNode.ids(of: nodes) {
            guard seen.insert(id).inserted else {
                throw SagaError(
                    .duplicateStep,
                    "The plan of saga \(saga) has two steps or blocks with the id \(id). Rename one of them."
                )
            }
            guard !id.rawValue.utf8.contains(where: { "/[]".utf8.contains($0) }),
                id.rawValue != SagaKey.undoSuffix, !id.rawValue.hasPrefix("#")
            else {
                throw SagaError(
                    .invalidStep,
                    "The plan of saga \(saga) has a step with the id \"\(id)\". A step id holds no slash and no bracket, is "
                        + "not \"undo\" and does not begin with #, since idempotency keys are made of it. Rename the step."
                )
            }
        }
    }

    private static func fingerprint(of nodes: [PlanNode]) -> String {
        var fingerprint = Fingerprint()
        for node in nodes { node.add(to: &fingerprint) }
        return fingerprint.text
    }
}
