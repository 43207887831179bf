extension Store {
    /// Folds the events that match a query, lets `decide` look at the result, and appends the events that it returns to
    /// one stream, on the condition that no further event has come to match the query meanwhile.
    ///
    /// ```swift
    /// let query = EventQuery(events: CourseDefined.self, StudentEnrolled.self, tags: ["course:algebra"])
    /// try await store.decide(Enrolment.self, over: query, appendingTo: "course-algebra") { course in
    ///     guard course.taken < course.seats else { throw Rejection("course.full") }
    ///     return [StudentEnrolled(course: "algebra", student: "ada")]
    /// }
    /// ```
    ///
    /// The query is read page by page, in O(matching events). A lost race is decided again on what has come since;
    /// after two of them the decision runs inside the writing unit itself. So `decide` may be called several times and
    /// has no side effects. A refusal, and a decision for no event, is right as of the read.
    ///
    /// - Parameters:
    ///   - model: What the events are folded into; those without a handler are passed over, but protected as well.
    ///   - query: The events on which the decision rests.
    ///   - stream: The stream that gets the events.
    ///   - expectation: What the stream must be like besides.
    ///   - key: A key under which the decision takes effect once; looked up before deciding, and again before a refusal
    ///     is given. A key that was used for other streams only is `keyReused`.
    ///   - metadata: Origin and headers of the events.
    ///   - decide: Returns the events that shall happen, none for no change, or throws to refuse.
    /// - Returns: Where the events are.
    /// - Throws: What `decide` throws; ``AppendConflict`` when the stream is not as expected; ``SchemaError``,
    ///   ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    @discardableResult
    public func decide<Model: DecisionModel>(
        _ model: Model.Type,
        over query: EventQuery,
        appendingTo stream: StreamID,
        expecting expectation: StreamExpectation = .any,
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        _ decide: @escaping @Sendable (Model) throws -> [any Event]
    ) async throws -> AppendResult {
        let result = try await self.decide(model, over: query, key: key, metadata: metadata) { model, append in
            let events = try decide(model)
            if !events.isEmpty { append.add(events, to: stream, expecting: expectation) }
        }
        guard let key, result.wasRepeated else { return result }
        return try result.requiring(stream, under: key)
    }

    /// Folds the events that match a query and lets `decide` say what is appended, to any streams and under further
    /// conditions, unless an event has come to match the query meanwhile.
    ///
    /// ```swift
    /// try await store.decide(Invoices.self, over: EventQuery(events: InvoiceIssued.self)) { invoices, append in
    ///     let number = invoices.last + 1
    ///     append.add([InvoiceIssued(number: number)], to: StreamID(category: "invoice", id: "\(number)"))
    /// }
    /// ```
    ///
    /// Everything else is as in ``decide(_:over:appendingTo:expecting:key:metadata:_:)``.
    ///
    /// - Throws: What `decide` throws; ``AppendConflict`` when a further condition does not hold; ``SchemaError``,
    ///   ``StoreError``, ``Overloaded``, ``CommitUnknown``.
    @discardableResult
    public func decide<Model: DecisionModel>(
        _ model: Model.Type,
        over query: EventQuery,
        key: IdempotencyKey? = nil,
        metadata: EventMetadata = .init(),
        _ decide: @escaping @Sendable (Model, inout AppendBuilder) throws -> Void
    ) async throws -> AppendResult {
        let schema = schema
        if let key, let earlier = try await read({ try $0.result(of: key) }) { return earlier }
        var state = ReadModel<Model>()
        for losses in 1...LostRace.limit {
            try await state.catchUp(with: query, in: self)
            var builder = AppendBuilder()
            do {
                try decide(state.model, &builder)
            } catch {
                // The model may hold what another call under the same key has written since the key was looked up.
                if let key, let earlier = try await read({ try $0.result(of: key) }) { return earlier }
                throw error
            }
            if builder.isEmpty, key == nil { return AppendResult(positions: nil, versions: [:]) }
            builder.require(.noMatch(query, after: state.head))
            do {
                return try await append(builder.append(key: key, metadata: metadata, schema: schema))
            } catch let conflict as AppendConflict where conflict.isLostRace(over: query) {
                try await LostRace.pause(after: losses)
            } catch let error as StoreError where error.code == .keyReused {
                // The same key won the race with other content: its result is the answer.
                if let key, let earlier = try await read({ try $0.result(of: key) }) { return earlier }
                throw error
            }
        }
        return try await write { [state] transaction in
            if let key, let earlier = try transaction.result(of: key) { return earlier }
            var state = state
            try state.catchUp(with: query, in: transaction, schema: schema)
            var builder = AppendBuilder()
            try decide(state.model, &builder)
            return try transaction.append(builder.append(key: key, metadata: metadata, schema: schema))
        }
    }
}

extension AppendConflict {
    /// Whether the events on which a decision rested are no longer all there are.
    fileprivate func isLostRace(over query: EventQuery) -> Bool {
        failures.contains { failure in
            if case .match(query, _, _) = failure { true } else { false }
        }
    }
}
