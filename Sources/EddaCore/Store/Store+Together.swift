/// A store that takes several units at once.
package protocol GroupingStore: Store {
    /// Runs units one after another, each as ``Store/write(_:)`` does, and returns when all have an outcome.
    ///
    /// - Returns: What became of each, in their order.
    func write<Result: Sendable>(
        together bodies: [@Sendable (any WriteTransaction) throws -> Result]
    ) async -> [Swift.Result<Result, any Error>]
}

extension Store {
    /// Runs units side by side, each for itself as ``write(_:)`` does: one that throws undoes nothing of the others.
    ///
    /// A store commits those together that wait together. To hand them over at once spares each of them two changes of
    /// threads, which cost about as much as a small unit itself.
    ///
    /// - Returns: What became of each, in their order.
    package func writeEach<Result: Sendable>(
        _ bodies: [@Sendable (any WriteTransaction) throws -> Result]
    ) async -> [Swift.Result<Result, any Error>] {
        if bodies.count == 1 {
            do {
                return [.success(try await write(bodies[0]))]
            } catch {
                return [.failure(error)]
            }
        }
        if let store = self as? any GroupingStore { return await store.write(together: bodies) }
        return await withTaskGroup(of: (Int, Swift.Result<Result, any Error>).self) { group in
            for (index, body) in bodies.enumerated() {
                group.addTask {
                    do {
                        return (index, .success(try await write(body)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            var results = [Swift.Result<Result, any Error>?](repeating: nil, count: bodies.count)
            for await (index, result) in group { results[index] = result }
            return results.compactMap(\.self)
        }
    }
}
