internal import Logging

/// How snapshots of an aggregate are written and read.
struct SnapshotFormat<State: Aggregate>: Sendable {
    /// How many events the last snapshot may be behind.
    let interval: Int
    /// Raised by hand when a handler's meaning changes.
    let version: Int
    let encode: @Sendable (State, SchemaRegistry) throws -> [UInt8]
    let decode: @Sendable ([UInt8], SchemaRegistry) throws -> State
    /// Names and types of what the state decodes.
    let properties: @Sendable () -> [String]

    /// The fingerprint of what snapshots must agree on to be used.
    var shape: String {
        StateShape.fingerprint(of: State.self, version: version) {
            var lines = ["\(State.self)", "category \(State.category)", "version \(version)"]
            lines += State.handlers.events.map { "event \($0.eventType) \($0.schemaVersion)" }.sorted()
            return lines + properties().sorted()
        }
    }

    /// Whether an append of so many events should bring a snapshot with it.
    func isDue(_ aggregate: HeldAggregate<State>, adding count: Int) -> Bool {
        guard count > 0 else { return false }
        return aggregate.mustReplaceSnapshot
            || aggregate.version + count - aggregate.snapshotVersion >= interval
    }

    /// The snapshot of an aggregate; `nil` when it does not encode.
    func snapshot(of aggregate: HeldAggregate<State>, in stream: StreamID, schema: SchemaRegistry) -> Snapshot? {
        do {
            let state = try encode(aggregate.state, schema)
            return Snapshot(stream: stream, version: aggregate.version, shape: shape, state: state)
        } catch {
            Logger.current.warning(
                "No snapshot of stream \(stream) is taken, because its state does not encode: \(error)"
            )
            return nil
        }
    }

    /// Sets a new aggregate to what a snapshot says, if it can be used.
    ///
    /// - Returns: Whether it could.
    @discardableResult
    func restore(_ snapshot: Snapshot, to aggregate: inout HeldAggregate<State>, schema: SchemaRegistry) -> Bool {
        guard snapshot.shape == shape else {
            Logger.current.debug(
                "The snapshot of stream \(snapshot.stream) has another shape than \(State.self) and is not used."
            )
            return false
        }
        do {
            aggregate.set(try decode(snapshot.state, schema), version: snapshot.version)
        } catch {
            Logger.current.warning(
                """
                The snapshot of stream \(snapshot.stream) at version \(snapshot.version) does not decode as \
                \(State.self): \(error). The stream is read from its beginning; the next update writes a new snapshot.
                """
            )
            aggregate.mustReplaceSnapshot = true
            return false
        }
        aggregate.snapshotVersion = snapshot.version
        return true
    }
}
