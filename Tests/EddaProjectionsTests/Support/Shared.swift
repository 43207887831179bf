import Synchronization

/// A value that a handler reads and a test sets.
final class Shared<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    init(_ value: Value) { self.value = Mutex(value) }

    func get() -> Value { value.withLock { $0 } }
    func set(_ new: Value) { value.withLock { $0 = new } }

    @discardableResult
    func update<Result: Sendable>(_ change: @Sendable (inout Value) -> Result) -> Result {
        value.withLock { change(&$0) }
    }
}

/// What handlers of these tests throw.
struct Fault: Error, CustomStringConvertible {
    var description: String { "the handler was told to fail" }
}
