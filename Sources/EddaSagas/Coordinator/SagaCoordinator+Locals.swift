internal import EddaCore
internal import Logging

extension SagaCoordinator {
    /// Does what waits to be done in this process, one after another, for programs that hold the time themselves.
    ///
    /// - Returns: How many calls were made.
    @discardableResult
    package func performLocals() async -> Int {
        var count = 0
        while let (call, _) = locals.next() {
            await carryOut(call)
            locals.finish(call)
            count += 1
        }
        return count
    }

    /// Makes a call and moves its saga on by the result.
    func carryOut(_ call: LocalCall) async {
        guard let outcome = await outcome(of: call) else { return }
        let reply = SagaReply(key: call.key, outcome: outcome, messageID: "\(call.key.text)@\(call.number)")
        do {
            _ = try await perform(.reply(reply), on: call.key.saga, cause: nil)
        } catch {
            logger.warning(
                "What a step did in this process could not be written down; it is repeated with the same key.",
                metadata: ["key": "\(call.key.text)", "error": "\(error)"]
            )
        }
    }

    /// What has come of a call; `nil` when it was cancelled: then the saga's timer repeats it.
    private func outcome(of call: LocalCall) async -> CommandOutcome? {
        guard let program = unit.programs[call.name], let step = program.step(call.key.step) else { return nil }
        guard let work = call.key.direction == .forward ? step.perform : step.performUndo else { return nil }
        do {
            let state = try program.decodeState(call.state.bytes)
            try configuration.localWatch?.begin(call.key.text)
            let reply = try await work(state, call.elements[...], call, program.services, program.schema)
            configuration.localWatch?.end(call.key.text)
            return .succeeded(reply)
        } catch let rejection as Rejection {
            return .rejected(rejection)
        } catch is CancellationError where Task.isCancelled {
            return nil
        } catch let error as SagaError {
            return .failed(reason: error.description, isRetriable: false)
        } catch {
            return .failed(reason: "\(error)", isRetriable: true)
        }
    }
}

/// What a test does around the steps that are done in the coordinator's process.
package protocol LocalWatch: Sendable {
    /// Called before the work; what it throws is what the work throws.
    func begin(_ key: String) throws

    /// Called after the work.
    func end(_ key: String)
}
