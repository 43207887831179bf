internal import EddaCore

/// What a case works with: a new store on a manual time source, and a way to say what it expects.
struct ConformanceBench: Sendable {
    let name: String
    let factory: any StoreFactory
    let store: any Store
    let time: ManualTime

    /// The same data in a store that was opened anew, handed to `body`; without it when the data does not outlive
    /// its store.
    func reopened(_ body: (any Store) async throws -> Void) async throws {
        guard let store = try await factory.reopen(store) else { return }
        do {
            try await body(store)
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    func fail(_ message: String) -> ConformanceFailure { ConformanceFailure(case: name, message: message) }

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw fail(message()) }
    }

    func equal<Value: Equatable>(_ actual: Value, _ expected: Value, _ what: @autoclosure () -> String) throws {
        if actual != expected { throw fail("\(what()): expected \(brief(expected)), found \(brief(actual))") }
    }

    /// Expects a ``StoreError`` with a code.
    func expectThrows(
        _ code: StoreError.Code,
        _ what: @autoclosure () -> String,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as StoreError {
            guard error.code == code else { throw fail("\(what()): expected the error \(code), found \(error)") }
            return
        } catch {
            throw fail("\(what()): expected the error \(code), found \(error)")
        }
        throw fail("\(what()): expected the error \(code), but there was none")
    }

    /// Expects an ``AppendConflict`` with exactly these failures.
    func expectConflict(
        _ failures: [AppendConflict.Failure],
        _ what: @autoclosure () -> String,
        _ body: () async throws -> Void
    ) async throws {
        do {
            try await body()
        } catch let error as AppendConflict {
            return try equal(error.failures, failures, what())
        } catch {
            throw fail("\(what()): expected a conflict, found \(error)")
        }
        throw fail("\(what()): expected a conflict, but there was none")
    }

    /// Waits up to ten seconds of real time for a signal to be raised.
    func expectRaised(_ signal: Signal, past count: UInt64, _ what: String) async throws {
        try await signal.wait(past: count, for: .seconds(10), by: .system)
        try expect(signal.count != count, "\(what) raised no signal")
    }

    private func brief(_ value: some Any) -> String {
        let text = String(describing: value)
        return text.count > 400 ? "\(text.prefix(400))…" : text
    }
}

/// What a body throws to have its unit rolled back.
struct Abandoned: Error {}
