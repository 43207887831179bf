internal import EddaCore
internal import EddaMessaging
internal import EddaSagas
internal import Logging

/// One service of a test: its store, and the process that works on it at present.
final class SagaService {
    let address: Address
    /// What is left when the process dies.
    var base: any Store
    var participant: Participant?
    /// Makes the coordinator of a new process; only for the service that owns the saga.
    var makeCoordinator: ((any Store) throws -> SagaCoordinator)?

    private(set) var handle: GuardedStore
    private(set) var coordinator: SagaCoordinator?
    private(set) var executor: CommandExecutor?

    /// When the process runs again, in nanoseconds since the start.
    var upAt: Int64 = 0
    /// The last row of the outbox that the process has sent.
    var published: Int64 = 0
    let commits = GuardedStore.Commits()
    /// How many processes there have been.
    private(set) var processes = 0
    /// The mistake that its participant makes.
    var defect: SagaDefect?
    /// For how long its inbox remembers what was done.
    static var window: Duration { .seconds(7 * 86_400) }
    private let fates: SagaFates
    private let journal: SagaJournal

    init(_ address: Address, on base: any Store, fates: SagaFates, journal: SagaJournal) {
        self.address = address
        self.base = base
        self.fates = fates
        self.journal = journal
        handle = GuardedStore(base, of: address, commits: commits, fates: fates, journal: journal)
    }

    /// Starts a process; nothing that an earlier one held in memory is left.
    func boot() throws {
        handle = GuardedStore(base, of: address, commits: commits, fates: fates, journal: journal)
        coordinator = try makeCoordinator?(handle)
        executor = nil
        published = 0
        processes += 1
        employ(participant)
    }

    /// Lets the participant work for the service.
    func employ(_ participant: Participant?) {
        self.participant = participant
        guard let participant else { return }
        let watched = participant.watched(by: journal)
        guard executor == nil else {
            // What it has begun goes on.
            executor?.participant = watched
            return
        }
        var executor = CommandExecutor(
            participant: watched,
            store: handle,
            logger: .silent,
            inboxWindow: InboxWindow(defect == .expiryIgnored ? Self.window * 1_000 : Self.window),
            isAlone: false
        )
        executor.leavesTombstones = defect != .noTombstone
        executor.waitsForUndone = defect != .undoOvertakesItsCall
        self.executor = executor
    }
}
