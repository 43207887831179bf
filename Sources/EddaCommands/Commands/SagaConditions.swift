#if CLI
internal import ArgumentParser
internal import Edda

/// The conditions by which `sagas list` finds sagas, besides their kind and status.
struct SagaConditions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Only sagas that stand at this step. Repeatable.", valueName: "step"),
        transform: name
    )
    var step: [StepID] = []

    @Option(help: ArgumentHelp("Only sagas of this conversation.", valueName: "correlation-id"))
    var correlation: String?

    @Option(
        name: .customLong("where"),
        help: ArgumentHelp(
            "Only sagas that have this attribute, as their kind declares it. Repeatable: all of them.",
            valueName: "name=value"
        ),
        transform: attribute
    )
    var attributes: [(name: String, value: String)] = []

    @Option(
        help: ArgumentHelp(
            "Only sagas that were started longer ago than this, such as 90s, 15m, 4h or 2d.",
            valueName: "age"
        ),
        transform: age
    )
    var olderThan: Duration?

    @Option(
        help: ArgumentHelp("Only sagas that have not moved for so long.", valueName: "age"),
        transform: age
    )
    var idleFor: Duration?

    @Flag(help: "Only sagas that have not ended although their deadline is past.")
    var overdue = false

    func validate() throws {
        let names = attributes.map(\.name)
        if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
            throw ValidationError("--where \(twice)=… is given twice; an attribute has one value.")
        }
    }

    func narrow(_ filter: inout SagaFilter, at now: Timestamp) {
        filter.steps = Set(step)
        filter.correlationID = correlation
        filter.attributes = Dictionary(attributes.map { ($0.name, $0.value) }) { first, _ in first }
        filter.startedBefore = olderThan.map { now + (.zero - $0) }
        filter.unmovedSince = idleFor.map { now + (.zero - $0) }
        filter.overdueAt = overdue ? now : nil
    }
}

@Sendable private func attribute(_ text: String) throws -> (name: String, value: String) {
    guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw ValidationError("\"\(text)\" is no attribute: write name=value, such as customer=4711.")
    }
    return (String(text[..<equals]), String(text[text.index(after: equals)...]))
}

/// Reads a number with a unit.
@Sendable private func age(_ text: String) throws -> Duration {
    let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()), count >= 0,
        count <= 1_000_000
    else {
        throw ValidationError("\"\(text)\" is no age: write a number and a unit, such as 90s, 15m, 4h or 2d.")
    }
    return .seconds(count * unit)
}
#endif
