/// A value that is being fetched before it is needed.
///
/// It owns the task that fetches it: nobody waits for that one any more when the value is let go of.
final class ReadAhead<Value: Sendable>: Sendable {
    private let task: Task<Value, any Error>

    init(_ fetch: @escaping @Sendable () async throws -> Value) { task = Task { try await fetch() } }

    deinit { task.cancel() }

    /// The value.
    ///
    /// When the waiting task is cancelled, fetching is; a value that is there already is handed over all the same.
    ///
    /// - Throws: What fetching throws.
    func value() async throws -> Value {
        try await withTaskCancellationHandler {
            try await task.value
        } onCancel: { [task] in
            task.cancel()
        }
    }
}
