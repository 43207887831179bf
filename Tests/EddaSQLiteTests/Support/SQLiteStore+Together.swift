import Dispatch

@testable import EddaSQLite

extension SQLiteStore {
    /// Calls `body` from so many tasks while the writer is held until all of their units wait, so that they come into one
    /// group as far as its bounds allow.
    ///
    /// - Returns: What each call threw, in the order of the indices.
    func together(_ count: Int, _ body: @escaping @Sendable (Int) async throws -> Void) async -> [(any Error)?] {
        let (isHeld, held) = AsyncStream.makeStream(of: Void.self)
        let release = DispatchSemaphore(value: 0)
        return await withTaskGroup(of: (Int, (any Error)?).self) { group in
            group.addTask {
                _ = try? await self.write { _ in
                    held.yield()
                    release.wait()
                }
                return (-1, nil)
            }
            for await _ in isHeld { break }
            for index in 0..<count {
                group.addTask {
                    do {
                        try await body(index)
                        return (index, nil)
                    } catch {
                        return (index, error)
                    }
                }
            }
            while let waiting = try? writer.waiting, waiting < count { await Task.yield() }
            release.signal()
            var errors = [(any Error)?](repeating: nil, count: count)
            for await (index, error) in group where index >= 0 { errors[index] = error }
            return errors
        }
    }
}
