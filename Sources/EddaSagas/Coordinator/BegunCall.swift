package import EddaCore

/// A call in this process that has been begun.
package struct BegunCall: Sendable {
    /// It cannot be made.
    struct Unfit: Error {
        let reason: String
        let isFirst: Bool

        // It has not begun; but an earlier call, whose result was not learned, may have had its effect.
        var outcome: CommandOutcome { .failed(reason: reason, isRetriable: !isFirst) }
    }

    let call: LocalCall
    /// Raised when nobody needs its result any more.
    package let abandoned: Signal
    /// For how long it may take.
    package let limit: Duration
    /// Whether its saga cancels it when its time is over.
    package let hasTimeout: Bool
    let work: PlannedStep.Work

    /// What is done.
    package var key: SagaKey { call.key }

    /// What has come of it when it was cancelled for taking too long.
    package var lateOutcome: CommandOutcome? {
        guard !hasTimeout else { return nil }
        return .failed(reason: "it was cancelled, since it had no result within \(limit.inWords)", isRetriable: true)
    }
}

// For programs that hold the time themselves: nothing is done here that they do not ask for.
extension SagaCoordinator {
    /// Does what waits to be done in this process, one after another.
    ///
    /// - Returns: How many calls were made.
    @discardableResult
    package func performLocals() async -> Int {
        var count = 0
        while let begun = await beginLocal() {
            await end(begun, with: outcome(of: begun))
            count += 1
        }
        return count
    }

    /// Begins the next call that a saga wants; it has to be ended.
    package func beginLocal() async -> BegunCall? {
        while let (call, abandoned) = locals.next(at: store.time.now()) {
            do {
                if let begun = try await begin(call, abandoned) { return begun }
            } catch {
                warn(call, error)
            }
            locals.finish(call)
        }
        return nil
    }

    /// Stops counting a call that does not heed its cancellation; it has not ended.
    package func breakOff(_ begun: BegunCall) { locals.breakOff(begun.call) }

    /// Ends a call, and moves its saga on by what has come of it.
    ///
    /// - Parameter outcome: `nil` when it was cancelled, and nobody knows.
    package func end(_ begun: BegunCall, with outcome: CommandOutcome?) async {
        do {
            if let outcome { try await take(outcome, of: begun.call) }
        } catch {
            warn(begun.call, error)
        }
        locals.finish(begun.call)
    }
}
