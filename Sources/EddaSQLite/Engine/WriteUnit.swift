internal import EddaCore
internal import Logging
internal import Synchronization

/// One caller's unit of change on its way through the writer.
class WriteUnit: @unchecked Sendable {
    // `@unchecked Sendable`: the only mutable state of this class is inside `phase`, a Mutex. Subclasses add state that
    // is touched by the writer's thread alone, between `begin()` and `succeed()` or `fail(_:)`.

    private enum Phase {
        case waiting
        case begun
        case ended
    }

    private let phase = Mutex(Phase.waiting)
    /// The logger of the caller, through which it hears that its unit ran too long.
    let logger = Logger.current

    /// Claims the unit for the writer.
    ///
    /// - Returns: Whether it is still wanted.
    final func begin() -> Bool {
        phase.withLock { phase in
            guard case .waiting = phase else { return phase == .begun }
            phase = .begun
            return true
        }
    }

    /// Takes a unit back that has not begun.
    ///
    /// - Returns: Whether it was in time.
    final func withdraw() -> Bool {
        phase.withLock { phase in
            guard case .waiting = phase else { return false }
            phase = .ended
            return true
        }
    }

    /// Whether the unit is nothing but one append.
    var isPlainAppend: Bool { false }

    /// Runs the caller's code; keeps what it returns for ``succeed()``.
    func run(in transaction: SQLiteWriteTransaction) throws { preconditionFailure("A subclass runs the unit.") }

    /// Gives the caller its result, after the commit.
    func succeed() { preconditionFailure("A subclass answers its caller.") }

    /// Gives the caller an error.
    func fail(_ error: any Error) { preconditionFailure("A subclass answers its caller.") }
}

/// A unit with its body and the continuation of its caller.
class TypedWriteUnit<Value: Sendable>: WriteUnit, @unchecked Sendable {
    // `@unchecked Sendable`: `value` is touched by the writer's thread alone; `caller` is inside a Mutex.

    private enum Caller {
        case notYetWaiting
        case waiting(UnsafeContinuation<Value, any Error>)
        /// Cancelled before it began to wait.
        case toBeToldOnArrival(any Error)
        case answered
    }

    private let body: @Sendable (any WriteTransaction) throws -> Value
    private let caller = Mutex(Caller.notYetWaiting)
    private var value: Value?

    init(_ body: @escaping @Sendable (any WriteTransaction) throws -> Value) {
        self.body = body
    }

    /// Takes the caller's continuation.
    ///
    /// Called before the unit is queued.
    final func attach(_ continuation: UnsafeContinuation<Value, any Error>) {
        let early: (any Error)? = caller.withLock { caller in
            if case .toBeToldOnArrival(let error) = caller {
                caller = .answered
                return error
            }
            caller = .waiting(continuation)
            return nil
        }
        if let early { continuation.resume(throwing: early) }
    }

    override func run(in transaction: SQLiteWriteTransaction) throws {
        value = try body(transaction)
    }

    final override func succeed() {
        guard let value else { preconditionFailure("A unit is answered after it has run.") }
        let continuation = caller.withLock { caller -> UnsafeContinuation<Value, any Error>? in
            guard case .waiting(let continuation) = caller else { return nil }
            caller = .answered
            return continuation
        }
        continuation?.resume(returning: value)
    }

    final override func fail(_ error: any Error) {
        let continuation = caller.withLock { caller -> UnsafeContinuation<Value, any Error>? in
            switch caller {
            case .waiting(let continuation):
                caller = .answered
                return continuation
            case .notYetWaiting:
                caller = .toBeToldOnArrival(error)
                return nil
            case .toBeToldOnArrival, .answered:
                return nil
            }
        }
        continuation?.resume(throwing: error)
    }
}

/// An append that is a unit of its own.
final class AppendUnit: TypedWriteUnit<AppendResult>, @unchecked Sendable {
    // `@unchecked Sendable`: it adds nothing to what its base class proves.

    /// A unit for an append that has been validated.
    init(_ append: Append) {
        super.init { transaction in
            guard let transaction = transaction as? SQLiteWriteTransaction else {
                return try transaction.append(append)
            }
            return try transaction.appendValidated(append)
        }
    }

    override var isPlainAppend: Bool { true }
}
