public import EddaCore
internal import EddaMessaging
public import Logging

/// Starts sagas and drives them: sends the commands of their steps, takes the replies, and minds the time.
///
/// Each transition of a saga is one commit of its store: the saga's row, its history, its timer and the messages that
/// leave. So a process that is killed loses nothing; whoever runs a coordinator on the same store goes on.
///
/// Messages leave through the store's outbox, so something has to send them, such as an `OutboxPump`.
public final class SagaCoordinator: Sendable {
    /// How patient a coordinator is, and how much it does at once.
    public struct Configuration: Sendable {
        /// The pauses after which a command without an answer is sent again: by default 1 second at first, twice as
        /// long each time, at most 30 seconds.
        ///
        /// The pauses lie between half of the policy's bound and the bound, and are up to a tenth shorter when the saga
        /// is awake for something else; the policy's number of attempts is not used.
        public var resend: RetryPolicy = .exponential(attempts: nil, initial: .seconds(1), factor: 2, cap: .seconds(30))
        /// How often a failed compensation is tried; then the saga parks.
        ///
        /// 10 times by default.
        public var undoRetry: RetryPolicy = .exponential(attempts: 10)
        /// How long each try of a compensation may be without an answer; then the saga parks: 1 hour by default.
        ///
        /// A success that comes later sets the saga going again.
        public var undoPatience: Duration = .seconds(3_600)
        /// For how long the participants remember what they did: the shortest window of those that the sagas call; 7
        /// days by default.
        ///
        /// Whatever a saga repeats, it has to repeat within that time, so a plan or a patience that exceeds it (less
        /// the hour that is not relied upon) is refused when the coordinator is made.
        public var inboxWindow: Duration = .seconds(7 * 86_400)
        /// Where a ``SagaAlert`` goes when a saga parks, once for each time; `nil`, the default, means nowhere.
        ///
        /// Something has to receive there, such as a participant of this name; until it does the alerts stay in the
        /// outbox and are tried again.
        public var alerts: Address?
        /// How often the gauges are set that tell how many sagas stand where, and how many are overdue: every 30
        /// seconds by default, at least 1 second.
        public var reporting: Duration = .seconds(30)
        /// The most replies that are taken together, from 1: 256 by default.
        public var replyLimit = 256
        /// The most timers that are handled together, from 1: 64 by default.
        ///
        /// When more are due, the next ones wait until the commands of these have left: timers that come due together
        /// then do not keep other sagas' commands waiting behind thousands of their own.
        public var timerLimit = 64
        /// The most `local` steps that are done at the same time, from 1: 64 by default.
        public var localLimit = 64
        /// For how long the process may be silent that minds the timers and does the `local` steps, when several run a
        /// coordinator on one store; `nil`, the default, when only one does.
        ///
        /// With a lease, one of them does both, and the others only take replies. Another one takes over at once when
        /// it ends, and after this time when it was killed or hangs; when it was stopped inside a commit, so that it
        /// has the file locked, as soon as it is ended: the others try again until then. Set the same, some seconds (at
        /// least 100 ms), in all of them. Without a lease, each of several processes calls the work of a `local` step
        /// that takes longer than a second or so, and one that starts calls whatever is under way then.
        public var lease: Duration?
        /// After how many failures of a step that cannot be undone an alert is sent, once: 20 by default.
        public var strugglingFailures = 20
        /// After how long without success of a step that cannot be undone an alert is sent, once: 1 hour by default.
        public var strugglingTime: Duration = .seconds(3_600)
        /// How often a command may be sent with less than 10 ms for each sending; then the saga parks: 1,000 times by default.
        ///
        /// Nothing else in a plan can go round and round without end.
        public var hotLoopSends = 1_000

        /// A mistake that a test of this package wants to find.
        package var defect: SagaDefect?
        /// Looks on when local steps are done.
        package var localWatch: (any LocalWatch)?

        /// The defaults.
        public init() {}
    }

    /// The address at which it receives replies.
    public let address: Address

    /// The owner of the timers of sagas.
    package static let timerOwner = "sagas"

    let store: any Store
    let logger: Logger
    let configuration: Configuration
    let unit: SagaUnit
    let waitingRoom = WaitingRoom()
    let locals: LocalRunner
    let gauges: SagaGauges

    /// A coordinator; it drives sagas while ``run(transport:)`` runs.
    ///
    /// - Parameters:
    ///   - store: Where sagas, their history, timers and messages are kept.
    ///   - address: Where replies arrive; no other coordinator or participant receives there.
    ///   - sagas: The kinds of sagas that it can start and drive.
    ///   - logger: Gets what goes wrong and can be reported to nobody.
    ///   - configuration: How patient it is.
    /// - Throws: ``SagaError`` when two sagas have the same name, two steps of a plan the same id, a step an id that
    ///   cannot be used, when one needs services, or the child of another is not among them; with code `windowTooShort`
    ///   when a step may be repeated for longer than participants remember. `InvalidSetting` when a setting is outside
    ///   of its range.
    public convenience init(
        store: any Store,
        address: Address,
        sagas: [any Saga.Type],
        logger: Logger,
        configuration: Configuration = .init()
    ) throws {
        try self.init(
            store: store,
            address: address,
            registrations: sagas.map { SagaRegistration($0) },
            logger: logger,
            configuration: configuration
        )
    }

    /// A coordinator of sagas with services; see ``Saga/with(_:)``.
    ///
    /// - Parameters:
    ///   - store: Where sagas, their history, timers and messages are kept.
    ///   - address: Where replies arrive; no other coordinator or participant receives there.
    ///   - registrations: The kinds of sagas that it can start and drive.
    ///   - logger: Gets what goes wrong and can be reported to nobody.
    ///   - configuration: How patient it is.
    /// - Throws: As ``init(store:address:sagas:logger:configuration:)``.
    public init(
        store: any Store,
        address: Address,
        registrations: [SagaRegistration],
        logger: Logger,
        configuration: Configuration = .init()
    ) throws {
        try configuration.validate()
        var programs: [SagaName: SagaProgram] = [:]
        for registration in registrations {
            let program = try registration.compile(store.schema)
            try configuration.checkWindow(of: program)
            guard programs.updateValue(program, forKey: program.name) == nil else {
                throw SagaError(
                    .duplicateSaga,
                    "Two sagas have the name \(program.name). Give each a name of its own."
                )
            }
        }
        for program in programs.values {
            guard let step = program.steps.first(where: { $0.child.map { programs[$0] == nil } ?? false }) else {
                continue
            }
            throw SagaError(
                .unknownSaga,
                "Step \(step.id) of saga \(program.name) starts a saga \(step.child ?? program.name), which is not registered. "
                    + "Register it, too."
            )
        }
        self.store = store
        self.address = address
        self.logger = logger
        self.configuration = configuration
        gauges = SagaGauges(sagas: programs.keys)
        var policies = SagaPolicies(
            resend: configuration.resend,
            undoRetry: configuration.undoRetry,
            undoPatience: configuration.undoPatience,
            strugglingFailures: configuration.strugglingFailures,
            strugglingTime: configuration.strugglingTime,
            hotLoopSends: configuration.hotLoopSends
        )
        policies.undoneRemembered = configuration.undoneRemembered
        policies.defect = configuration.defect
        locals = LocalRunner(defect: configuration.defect)
        unit = SagaUnit(
            address: address,
            programs: programs,
            policies: policies,
            schema: store.schema,
            alerts: configuration.alerts,
            locals: locals
        )
    }

    /// Takes replies and minds timers until the task is cancelled; then returns.
    ///
    /// - Throws: What the transport or the store throws that does not pass, such as a closed store.
    public func run(transport: any Transport) async throws {
        locals.isResting = false
        let loop = DeliveryLoop(
            address: address,
            transport: transport,
            limit: configuration.replyLimit,
            logger: logger,
            time: store.time
        ) { deliveries in
            await self.settle(deliveries)
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run() }
            group.addTask { try await self.keepGoing() }
            group.addTask { try await self.keepReporting() }
            defer { group.cancelAll() }
            while try await group.next() != nil {}
        }
    }

    /// Sets the gauges again and again, until the task is cancelled.
    private func keepReporting() async throws {
        do {
            while !Task.isCancelled {
                do {
                    try await report()
                } catch let error as StoreError where error.isRetriable {
                    logger.warning("The sagas could not be counted.", metadata: ["error": "\(error)"])
                }
                try await store.time.sleep(for: max(configuration.reporting, .seconds(1)))
            }
        } catch is CancellationError where Task.isCancelled {
            return
        }
    }

    /// Counts the sagas in the store and sets the gauges.
    ///
    /// - Throws: What the store throws.
    package func report() async throws { try await gauges.report(from: store) }

    /// Moves a saga on by an input, in a unit of its own, and wakes those who wait for it.
    ///
    /// - Parameter cause: The id of the message that brought the input.
    /// - Throws: What the store throws; then nothing has changed, and the input may be given again.
    func perform(_ input: SagaInput, on id: SagaID, cause: String?) async throws -> SagaUnit.Outcome {
        let unit = unit
        do {
            return try await commit(isUnattended: false) { pass, transaction in
                try unit.apply(input, to: id, cause: cause, &pass, in: transaction)
            }
        } catch  where Self.isForGood(error) {
            // To give the input again would fail again, so the saga stands still, visibly.
            return try await commit(isUnattended: false) { pass, transaction in
                try unit.park(id, reason: "\(error)", cause: cause, &pass, in: transaction)
            }
        }
    }

    /// Moves sagas on, each by its input in a unit of its own, and wakes those who wait for them.
    ///
    /// No saga is among them twice: the order of its inputs would be lost.
    ///
    /// - Returns: What became of each input, in their order; an error where nothing has changed, so that the input may
    ///   be given again. Further, the first and the last of the numbers that commands have got in the outbox.
    func performEach(
        _ inputs: [(input: SagaInput, saga: SagaID, cause: String?)]
    ) async -> (outcomes: [Result<SagaUnit.Outcome, any Error>], sent: ClosedRange<Int64>?) {
        let unit = unit
        let results = await store.writeEach(
            inputs.map { given in
                { transaction in
                    var pass = SagaUnit.Pass()
                    let outcome = try unit.apply(
                        given.input,
                        to: given.saga,
                        cause: given.cause,
                        &pass,
                        in: transaction
                    )
                    return (outcome, pass)
                }
            }
        )
        var outcomes: [Result<SagaUnit.Outcome, any Error>] = []
        var sent: ClosedRange<Int64>?
        for (given, result) in zip(inputs, results) {
            switch result {
            case .success((let outcome, let pass)):
                conclude(pass)
                if let more = pass.sent {
                    sent = min(sent?.lowerBound ?? .max, more.lowerBound)...max(sent?.upperBound ?? 0, more.upperBound)
                }
                outcomes.append(.success(outcome))
            case .failure(let error) where Self.isForGood(error):
                // Rare, and it takes further units.
                do {
                    outcomes.append(.success(try await perform(given.input, on: given.saga, cause: given.cause)))
                } catch {
                    outcomes.append(.failure(error))
                }
            case .failure(let error):
                outcomes.append(.failure(error))
            }
        }
        return (outcomes, sent)
    }

    /// Does what is to be done when a transaction has committed.
    private func conclude(_ pass: SagaUnit.Pass) {
        unit.kept.keep(pass.moved)
        locals.abandon(pass.abandoned)
        locals.submit(pass.calls)
        for (record, _) in pass.moved where record.isAtRest { waitingRoom.wake(record) }
    }

    /// Runs a unit, again when the owner of a saga refuses its end; then does what is to be done after the commit.
    ///
    /// - Parameter isUnattended: Whether nobody does here what is to be done in this process; by default, whether
    ///   ``run(transport:)`` does not run.
    func commit<Value: Sendable>(
        isUnattended: Bool? = nil,
        _ body: @escaping @Sendable (inout SagaUnit.Pass, any WriteTransaction) throws -> Value
    ) async throws -> Value {
        let isUnattended = isUnattended ?? !locals.isOpen
        var refusals: [SagaID: String] = [:]
        while true {
            do {
                let (value, pass) = try await store.write { [refusals] transaction in
                    var pass = SagaUnit.Pass(refusals: refusals, isUnattended: isUnattended)
                    let value = try body(&pass, transaction)
                    return (value, pass)
                }
                conclude(pass)
                return value
            } catch let refused as SagaUnit.EndingRefused where refusals[refused.saga] == nil {
                refusals[refused.saga] = refused.reason
            }
        }
    }
}

extension SagaRecord {
    /// Whether it has ended or is parked.
    var isAtRest: Bool { status.isEnded || status == .parked }
}
