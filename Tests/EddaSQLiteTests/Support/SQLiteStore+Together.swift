@testable import EddaSQLite

extension SQLiteStore {
    /// Calls `body` from so many tasks, one after another while the writer is held, so that their units come into one group,
    /// in order, as far as its bounds allow.
    ///
    /// - Returns: What each call returned, in the order of the indices.
    func together<Outcome: Sendable>(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async -> Outcome
    ) async -> [Outcome] {
        let gate = HeldWriter()
        return await withTaskGroup(of: (Int, Outcome)?.self) { group in
            group.addTask {
                await gate.hold(self)
                return nil
            }
            while !gate.isSettled { await Task.yield() }
            for index in 0..<count {
                group.addTask { (index, await body(index)) }
                while gate.isHolding, let waiting = try? writer.waiting, waiting <= index { await Task.yield() }
            }
            gate.release()
            var outcomes: [Int: Outcome] = [:]
            for await case (let index, let outcome)? in group { outcomes[index] = outcome }
            return (0..<count).compactMap { outcomes[$0] }
        }
    }

    /// The same for calls that may throw.
    ///
    /// - Returns: What each call threw.
    func together(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async -> [(any Error)?] {
        await together(count) { index -> (any Error)? in
            do {
                try await body(index)
                return nil
            } catch {
                return error
            }
        }
    }
}
