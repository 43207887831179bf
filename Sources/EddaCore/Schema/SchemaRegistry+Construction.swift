extension SchemaRegistry {
    /// Events by every name under which they may be stored.
    ///
    /// - Throws: ``SchemaError`` when a name is claimed twice, or is one that no event may have.
    static func index(_ events: [any Event.Type]) throws(SchemaError) -> [EventType: any Event.Type] {
        var distinct: [any Event.Type] = []
        for event in events where !distinct.contains(where: { $0 == event }) { distinct.append(event) }
        for event in distinct { try check(event) }
        if let cycle = aliasCycle(in: distinct) {
            let names = cycle.map { $0.eventType.rawValue }.joined(separator: " was ")
            throw SchemaError(
                .aliasCycle,
                "The earlier names of events lead round in a cycle: \(names) was \(cycle[0].eventType). Remove the alias "
                    + "that was never an earlier name from \(list(cycle))."
            )
        }
        var index: [EventType: any Event.Type] = [:]
        for event in distinct {
            for name in event.wireNames {
                guard let other = index.updateValue(event, forKey: name) else { continue }
                throw SchemaError(
                    .duplicateType,
                    "\(other) and \(event) both claim the type \(name)\(claim(of: name, by: other, event)). Leave it to "
                        + "one of them."
                )
            }
        }
        return index
    }

    private static func check(_ event: any Event.Type) throws(SchemaError) {
        guard event.schemaVersion >= 1 else {
            throw SchemaError(
                .invalidEvent,
                "\(event) (\(event.eventType)) has schema version \(event.schemaVersion); versions count from 1."
            )
        }
        for name in event.wireNames where name.isReserved {
            throw SchemaError(
                .invalidEvent,
                "\(event) has the type \(name); names that begin with \"edda.\" are Edda's own. Choose another."
            )
        }
    }

    /// Events each of which has the next one's present name as an alias, the last one the first one's.
    private static func aliasCycle(in events: [any Event.Type]) -> [any Event.Type]? {
        func search(_ path: [any Event.Type]) -> [any Event.Type]? {
            for alias in path[path.count - 1].aliases {
                for next in events where next.eventType == alias {
                    if let start = path.firstIndex(where: { $0 == next }) { return Array(path[start...]) }
                    if let cycle = search(path + [next]) { return cycle }
                }
            }
            return nil
        }
        for event in events {
            if let cycle = search([event]) { return cycle }
        }
        return nil
    }

    private static func claim(of name: EventType, by events: any Event.Type...) -> String {
        let aliased = events.filter { $0.eventType != name }
        return aliased.isEmpty ? "" : " (an alias of \(list(aliased)))"
    }

    private static func list(_ events: [any Event.Type]) -> String {
        events.map { "\($0)" }.joined(separator: " and ")
    }

    /// Upcasters by type and the version that they read.
    ///
    /// - Throws: ``SchemaError`` for two from one version, and for a gap between the lowest and the highest.
    static func chains(of upcasters: [Upcaster]) throws(SchemaError) -> [EventType: [Int: Upcaster]] {
        var chains: [EventType: [Int: Upcaster]] = [:]
        for upcaster in upcasters {
            guard upcaster.version >= 1 else {
                throw SchemaError(
                    .surplusUpcaster,
                    "An upcaster of \(upcaster.type) reads version \(upcaster.version); versions count from 1."
                )
            }
            guard chains[upcaster.type, default: [:]].updateValue(upcaster, forKey: upcaster.version) == nil else {
                throw SchemaError(
                    .ambiguousUpcaster,
                    "Two upcasters of \(upcaster.type) start from version \(upcaster.version). Keep one."
                )
            }
        }
        for (type, chain) in chains.sorted(by: { $0.key < $1.key }) {
            let versions = chain.keys.sorted()
            guard let lowest = versions.first, let highest = versions.last else { continue }
            for version in lowest...highest where chain[version] == nil {
                throw SchemaError(
                    .missingUpcaster,
                    "The upcasters of \(type) lead from version \(lowest) to \(highest + 1), but the one from "
                        + "\(version) is missing. Add it."
                )
            }
        }
        return chains
    }

    /// Holds the chains of upcasters against the registered events.
    ///
    /// Where a chain begins is judged by what is stored: a program may have begun its life with a later version.
    func checkChains() throws(SchemaError) {
        for (type, chain) in upcasters.sorted(by: { $0.key < $1.key }) {
            guard let event = events[type], event.eventType == type else {
                throw SchemaError(
                    .surplusUpcaster,
                    "There is an upcaster of \(type) from version \(chain.keys.min() ?? 0), but "
                        + (events[type].map {
                            "\(type) is an earlier name of \($0.eventType). Register it under the present name."
                        } ?? "no registered event has this type. Register the event, or remove the upcaster.")
                )
            }
        }
        let registered = events.filter { $0.key == $0.value.eventType }
        for (type, event) in registered.sorted(by: { $0.key < $1.key }) {
            let end = (upcasters[type]?.keys.max() ?? 0) + 1
            if end > event.schemaVersion {
                throw SchemaError(
                    .surplusUpcaster,
                    "The upcasters of \(type) lead to version \(end), but \(event) has schema version "
                        + "\(event.schemaVersion). Raise its schemaVersion, or remove the upcaster from \(end - 1)."
                )
            }
            if end < event.schemaVersion {
                throw SchemaError(
                    .missingUpcaster,
                    "\(event) has schema version \(event.schemaVersion), but "
                        + (upcasters[type] == nil
                            ? "there is no upcaster of \(type)" : "the upcasters of \(type) end at version \(end)")
                        + ". Add the one from version \(end == 1 ? event.schemaVersion - 1 : end)."
                )
            }
        }
    }
}
