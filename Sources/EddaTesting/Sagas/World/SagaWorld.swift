internal import EddaCore
internal import EddaMessaging
internal import EddaSagas

/// A run: the services of a saga, what is on its way between them, and a clock.
///
/// Nothing happens by itself. The world takes the earliest of what is to come, lets it happen, and looks at what has
/// come of it; so a run is the same each time.
final class SagaWorld<S: Saga> {
    /// A message that is on its way.
    struct Flight {
        let message: Message
        let courier: SagaFault.Courier
        let key: String
        /// Which sending of its key it is.
        let number: Int
    }

    /// What is to come.
    enum Happening {
        case start
        case arrival(Flight)
        /// A service notes that it has sent a message.
        case mark(SagaService, Int64)
        case decision(SagaFault.Verb, SagaID)
        case signal(SagaTestSignal, StepID)
        /// The steps that are done in the coordinator's process are done.
        case locals
        /// Something happens to a call there that has not ended.
        case local(LocalDeed, LocalDeed.Turn)
        /// A participant goes on with what it has begun.
        case call(BegunCommand, process: SagaProcess, isHanging: Bool)
        /// A new process takes up what the one before it has begun.
        case resumption(SagaProcess)
        /// A new process sends what the one before it left in its outbox.
        case publication(SagaService)
    }

    private struct Appointment {
        let at: Int64
        let number: Int
        let happening: Happening
    }

    static var millisecond: Int64 { 1_000_000 }

    let script: SagaScript<S>
    let fates: SagaFates
    let journal: SagaJournal
    let time: ManualTime
    let origin: Moment
    let factory: any StoreFactory
    var story: SagaStory

    let owner: SagaService
    var services: [SagaService] = []
    private var agenda: [Appointment] = []
    private var appointments = 0
    var sendings: [SagaFault.Place: Int] = [:]
    /// The destinations of commands by their keys.
    var dispatched: [SagaKey: Address] = [:]
    /// The steps to which a signal was given.
    var signalled: Set<StepID> = []
    /// Those for which one was kept until they wait for it.
    var kept: Set<StepID> = []
    /// How many calls were begun under a key.
    var calls: [String: Int] = [:]
    /// The calls in the coordinator's process that have not ended.
    var deeds: [LocalDeed] = []
    let hasLocals: Bool
    var alerts = 0
    var refused: [String] = []
    /// What has happened so far.
    private(set) var steps = 0
    /// How many transitions the saga has made.
    var transitions = 0
    /// The decisions that had an effect, with the transitions after which they were taken.
    var decided: [(verb: SagaFault.Verb, transition: Int)] = []

    init(
        _ script: SagaScript<S>,
        fates: SagaFates,
        factory: any StoreFactory,
        isTold: Bool
    ) async throws {
        self.script = script
        self.fates = fates
        self.factory = factory
        story = SagaStory(isTold: isTold)
        let time = ManualTime()
        let origin = time.now()
        self.time = time
        self.origin = origin
        journal = SagaJournal(fates: fates, names: script.names) { time.now().uptime - origin.uptime }
        owner = SagaService(
            script.options.address,
            on: try await factory.makeStore(time: time),
            fates: fates,
            journal: journal
        )
        hasLocals = script.plans.values.contains { $0.steps.contains { $0.word == .local } }
        services = [owner]
        for participant in script.participants() { try await employ(participant) }
        let address = script.options.address
        var configuration = script.options.configuration
        configuration.alerts = Self.alerts
        // One after another, so that a run is the same each time.
        configuration.timerLimit = 1
        configuration.localWatch = journal
        let settings = configuration
        let registrations = script.registrations
        owner.makeCoordinator = { store in
            try SagaCoordinator(
                store: store,
                address: address,
                registrations: registrations,
                logger: .silent,
                configuration: settings
            )
        }
        for service in services {
            service.defect = settings.defect
            try service.boot()
        }
    }

    static var alerts: Address { "edda-test-alerts" }

    /// Nanoseconds since the start.
    var now: Int64 { time.now().uptime - origin.uptime }

    var stores: SagaTestStores {
        SagaTestStores(
            saga: owner.base,
            byAddress: Dictionary(uniqueKeysWithValues: services.map { ($0.address, $0.base) })
        )
    }

    func close() async {
        for service in services { await service.base.close() }
    }

    func service(at address: Address) -> SagaService? { services.first { $0.address == address } }

    @discardableResult
    func employ(_ participant: Participant) async throws -> SagaService {
        if let service = service(at: participant.name) {
            service.employ(participant)
            return service
        }
        let store = try await factory.makeStore(time: time)
        let service = SagaService(participant.name, on: store, fates: fates, journal: journal)
        service.employ(participant)
        services.append(service)
        return service
    }

    // MARK: Time

    func plan(_ happening: Happening, at moment: Int64) {
        appointments += 1
        agenda.append(Appointment(at: moment, number: appointments, happening: happening))
    }

    /// Whether a message is on its way.
    func isUnderWay(_ fits: (Flight) -> Bool) -> Bool {
        agenda.contains { appointment in
            if case .arrival(let flight) = appointment.happening { fits(flight) } else { false }
        }
    }

    /// Whether a participant is about to make a call.
    func isBegun(_ fits: (_ key: String) -> Bool) -> Bool {
        agenda.contains { appointment in
            guard case .call(let begun, let process, _) = appointment.happening else { return false }
            return process.isAlive && fits(begun.message.idempotencyKey)
        }
    }

    /// Lets things happen until nothing is to come.
    ///
    /// - Returns: Whether it came to that.
    func play() async throws -> Bool {
        while steps < script.options.stepLimit {
            let next = agenda.indices.min { (agenda[$0].at, agenda[$0].number) < (agenda[$1].at, agenda[$1].number) }
            let alarm = try await alarm()
            if let next, alarm.map({ agenda[next].at <= $0 }) ?? true {
                let appointment = agenda.remove(at: next)
                pass(to: appointment.at)
                try await happen(appointment.happening)
            } else if let alarm {
                pass(to: alarm)
                try await wake()
            } else {
                return true
            }
            steps += 1
            try await mindDeeds()
            try await look()
        }
        return false
    }

    private func pass(to moment: Int64) {
        if moment > now { time.advance(by: .nanoseconds(moment - now)) }
    }

    /// When the next timer is due and somebody is there to handle it.
    private func alarm() async throws -> Int64? {
        guard let due = try await owner.base.read({ try $0.nextTimer(owner: SagaCoordinator.timerOwner) }) else {
            return nil
        }
        return max(now + due.remaining(from: time.now()).wholeNanoseconds, now, owner.upAt)
    }

    private func happen(_ happening: Happening) async throws {
        switch happening {
        case .start: try await start()
        case .arrival(let flight): try await arrive(flight)
        case .mark(let service, let row):
            // A process that died meanwhile has forgotten it; the next one has sent the message again.
            if service.published >= row { try await service.base.write { try $0.removeFromOutbox([row]) } }
        case .decision(let verb, let id): try await decide(verb, on: id)
        case .publication(let service): try await publish(service)
        case .signal(let signal, let step): try await give(signal, to: step)
        case .locals: try await workLocally()
        case .local(let deed, let turn): try await turnOut(deed, turn)
        case .call(let begun, let process, let isHanging): try await goOn(with: begun, process, isHanging)
        case .resumption(let process): try await resume(process)
        }
    }
}
