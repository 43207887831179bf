extension Append {
    /// Checks everything about an append that does not depend on the store's contents.
    ///
    /// - Throws: ``StoreError`` with code `invalidArgument`, naming the offending part.
    package func validate() throws(StoreError) {
        func refuse(_ message: String) -> StoreError { StoreError(.invalidArgument, message) }
        guard entries.count <= Self.maximumCount else {
            throw refuse(
                "An append holds \(entries.count) events; at most \(Self.maximumCount) are allowed. Split it."
            )
        }
        var ids = Set<EventID>()
        if entries.count > 1 { ids.reserveCapacity(entries.count) }
        for entry in entries {
            guard entries.count == 1 || ids.insert(entry.event.id).inserted else {
                throw StoreError(
                    .duplicateEvent,
                    "Event id \(entry.event.id) occurs twice in one append. Give every event an id of its own."
                )
            }
            guard entry.event.data.count <= EventData.maximumSize else {
                throw refuse(
                    "Event \(entry.event.id) of type \(entry.event.type) has \(entry.event.data.count) bytes of data; "
                        + "at most \(EventData.maximumSize) are allowed. Store large content elsewhere and append a "
                        + "reference to it."
                )
            }
            guard entry.event.schemaVersion >= 1 else {
                throw refuse(
                    "Event \(entry.event.id) of type \(entry.event.type) has schema version "
                        + "\(entry.event.schemaVersion); versions count from 1."
                )
            }
            // Tags are made of the data of events, which comes from anywhere.
            for tag in entry.event.tags {
                guard let fault = Tag.fault(in: tag.rawValue) else { continue }
                let name = InvalidName(kind: Tag.kind, text: tag.rawValue, reason: fault)
                throw refuse("Event \(entry.event.id) of type \(entry.event.type): \(name)")
            }
        }
        // What nearly every append is like: nothing that follows can be wrong with it.
        if conditions.count == 1, case .stream(_, .version(let version)) = conditions[0], version >= 0 { return }
        for case .noMatch(let query, _) in conditions { try query.validate() }
        let written = Set(entries.lazy.map(\.stream))
        var checked = Set<StreamID>()
        for case .stream(let stream, let expectation) in conditions {
            guard checked.insert(stream).inserted else {
                throw refuse("Stream \(stream) occurs twice in the conditions of one append. State it once.")
            }
            if case .any = expectation, !written.contains(stream) {
                throw refuse("Stream \(stream) is checked for `any` but not written, which checks nothing.")
            }
            if case .version(let version) = expectation, version < 0 {
                throw refuse("Stream \(stream) is expected at version \(version); versions count from 1.")
            }
        }
    }
}
