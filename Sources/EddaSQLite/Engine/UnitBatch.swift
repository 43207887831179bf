internal import EddaCore
internal import Synchronization

/// Units that were handed over together, and their one caller, who is answered when each has an outcome.
final class UnitBatch<Value: Sendable>: Sendable {
    typealias Body = @Sendable (any WriteTransaction) throws -> Value

    private struct State {
        var results: [Result<Value, any Error>?]
        var open: Int
        var caller: UnsafeContinuation<[Result<Value, any Error>], Never>?
    }

    private let state: Mutex<State>

    init(_ count: Int) { state = Mutex(State(results: Array(repeating: nil, count: count), open: count)) }

    /// Takes the caller's continuation, and answers it if there is nothing left to wait for.
    func attach(_ caller: UnsafeContinuation<[Result<Value, any Error>], Never>) {
        answer {
            $0.caller = caller
        }
    }

    /// Takes the outcome of a unit; the first one counts.
    func conclude(_ index: Int, _ result: Result<Value, any Error>) {
        answer { state in
            guard state.results[index] == nil else { return }
            state.results[index] = result
            state.open -= 1
        }
    }

    private func answer(after change: (inout sending State) -> Void) {
        let (caller, results) = state.withLock { state in
            change(&state)
            guard state.open == 0, let caller = state.caller else {
                return (UnsafeContinuation<[Result<Value, any Error>], Never>?.none, [Result<Value, any Error>]())
            }
            state.caller = nil
            return (caller, state.results.compactMap(\.self))
        }
        caller?.resume(returning: results)
    }
}

/// One unit of a batch.
final class BatchedUnit<Value: Sendable>: WriteUnit, @unchecked Sendable {
    // `@unchecked Sendable`: `value` is touched by the writer's thread alone.

    private let batch: UnitBatch<Value>
    private let index: Int
    private let body: UnitBatch<Value>.Body
    private var value: Value?

    init(_ batch: UnitBatch<Value>, _ index: Int, _ body: @escaping UnitBatch<Value>.Body) {
        self.batch = batch
        self.index = index
        self.body = body
    }

    override func run(in transaction: SQLiteWriteTransaction) throws { value = try body(transaction) }

    override func succeed() {
        guard let value else { preconditionFailure("A unit is answered after it has run.") }
        batch.conclude(index, .success(value))
    }

    override func fail(_ error: any Error) { batch.conclude(index, .failure(error)) }
}
