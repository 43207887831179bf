public import EddaCore

extension AggregateTest {
    /// What the aggregate decided, to be compared with what was expected.
    public struct Decision {
        let schema: SchemaRegistry
        let outcome: Result<[any Event], any Error>

        /// Expects exactly these events, compared by type, schema version and encoded data.
        ///
        /// - Throws: ``TestFailure`` that shows the difference; ``SchemaError`` when an event does not encode.
        public func then(_ expected: [any Event]) throws {
            let wanted = try expected.map(line)
            switch outcome {
            case .success(let events):
                let found = try events.map(line)
                if found != wanted { throw TestFailure(expected: wanted, found: found) }
            case .failure(let error):
                throw TestFailure("Expected \(Self.brief(wanted)), but the decision threw: \(error)")
            }
        }

        /// Expects that nothing happens.
        ///
        /// - Throws: ``TestFailure``; ``SchemaError`` when an event does not encode.
        public func thenNothing() throws { try then([]) }

        /// Expects a ``Rejection`` with a code.
        ///
        /// - Throws: ``TestFailure``; ``SchemaError`` when an event does not encode.
        public func thenRejected(_ code: String) throws {
            switch outcome {
            case .success(let events):
                throw TestFailure(
                    "Expected a rejection with the code \(code), but the decision returned "
                        + "\(Self.brief(try events.map(line)))."
                )
            case .failure(let error as Rejection) where error.code == code: return
            case .failure(let error as Rejection):
                throw TestFailure("Expected a rejection with the code \(code), found \(error)")
            case .failure(let error):
                throw TestFailure("Expected a rejection with the code \(code), but the decision threw: \(error)")
            }
        }

        private func line(_ event: any Event) throws -> String {
            let data = try EventData(event, schema: schema)
            let text = String(validating: data.data, as: UTF8.self) ?? "\(data.data)"
            return "\(data.type) v\(data.schemaVersion) \(text)"
        }

        private static func brief(_ lines: [String]) -> String {
            lines.isEmpty ? "no event" : lines.joined(separator: ", ")
        }
    }
}
