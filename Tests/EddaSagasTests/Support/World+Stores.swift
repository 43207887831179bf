import EddaCore
import EddaSQLite
import EddaSagas
import EddaTesting

/// The stores on which a coordinator is tested.
enum StoreKind: CaseIterable, Sendable {
    case memory, sqlite
}

extension World {
    /// Lets `body` work in a world on a store of a kind, and closes the store.
    static func on(
        _ kind: StoreKind,
        _ sagas: any Saga.Type...,
        configuration: SagaCoordinator.Configuration = .init(),
        body: (World) async throws -> Void
    ) async throws {
        let time = ManualTime()
        let folder = try TemporaryFolder()
        let store: any Store
        switch kind {
        case .memory: store = InMemoryStore(time: time)
        case .sqlite: store = try await SQLiteStore(path: folder.file(), time: time)
        }
        do {
            try await body(World(time, store, sagas, configuration))
        } catch {
            await store.close()
            throw error
        }
        await store.close()
    }

    /// Brings a saga to where it shall stand.
    func bring(_ id: SagaID, to standing: Standing) async throws {
        for move in standing.moves {
            switch move {
            case .answer(let outcome): try await answer(id, outcome)
            case .silenceUntilUnknown:
                while try await !instance(id).steps.contains(where: { $0.status == .unknown }) {
                    try await passToTimer()
                }
            case .silence:
                let status = try await record(id).status
                while try await record(id).status == status { try await passToTimer() }
            }
        }
    }

    /// Lets time pass until the next timer is due, and handles it.
    func passToTimer() async throws {
        let due = try await timer()
        // Without a timer no time passes; the look is counted all the same.
        try await pass(max(.zero, due?.remaining(from: time.now()) ?? .zero))
    }
}
