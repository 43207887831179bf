internal import EddaCore
internal import EddaSagas

/// What can go wrong at the points of a run, one at a time.
struct SagaPoints: Sendable {
    /// How often a message has to be lost, or a handler to fail, until somebody gives up.
    let always: Int
    /// How often each step is tried when it fails; those that are tried without end are not among them.
    private let tries: [StepID: Int]
    private let scope: SagaScope
    private let waits: [StepID]

    /// The points of a saga.
    ///
    /// - Parameter waits: The steps that have got a signal when nothing went wrong.
    init(of plan: PlanDescription, in scope: SagaScope, waits: [StepID]) {
        self.scope = scope
        self.waits = waits
        tries = plan.steps.reduce(into: [:]) { $0[$1.id] = $1.phase == .retriable ? nil : $1.attempts }
        let longest = plan.steps.compactMap(\.timeoutMilliseconds).max() ?? 60_000
        // The pauses between sendings grow to 30 seconds at most, and to half of that at least; a pivot is asked again, and
        // withdrawn, for as long as the first time.
        always = min(60, 8 + Int(3 * longest / 15_000))
    }

    /// The visits that tell something: in the middle of a long silence one is like another.
    func telling(_ visits: [SagaFates.Visit]) -> [SagaFates.Visit] {
        let ends = 25
        return visits.count <= 3 * ends ? visits : Array(visits.prefix(2 * ends) + visits.suffix(ends))
    }

    func faults(at visit: SagaFates.Visit, isSilent: Bool) -> [SagaFault] {
        let (place, number) = (visit.point.place, visit.point.number)
        func fault(_ effect: SagaFault.Effect, count: Int = 1) -> SagaFault {
            SagaFault(place, number, count: count, effect)
        }
        switch place {
        case .sending(_, let key):
            // What holds for the third sending of a message holds for the fourth, unless that is the withdrawal of a step
            // that has used up its tries, or the answer to it.
            if number > 3, number != tries(key).map({ $0 + 1 }) { return [] }
            // Within the first pause, after the timeout of a step, and after the end.
            let times = [2_000, 70_000, 7_200_000]
            var faults = [fault(.loss), fault(.lateMark(5_000))]
            if number == 1, !isSilent { faults.append(fault(.loss, count: always)) }
            if number == 1, !isSilent { faults.append(fault(.delay(70_000), count: always)) }
            if number == 1 { faults += [fault(.delay(SagaFault.eightDays)), fault(.copy(SagaFault.eightDays))] }
            faults += times.map { fault(.delay($0)) }
            faults += [0, 70_000, 7_200_000].map { fault(.copy($0)) }
            return faults
        case .execution:
            if number > 3 { return [] }
            var faults = [fault(.rejection), fault(.failure), fault(.breakage)]
            if number == 1 { faults.append(fault(.failure, count: always)) }
            return faults
        case .call:
            if number > 3 { return [] }
            var faults = [fault(.hang)] + [5_000, 70_000, 7_200_000].map { fault(.stall($0)) }
            if number == 1 { faults.append(fault(.hang, count: always)) }
            return faults
        case .commit(let service):
            let faults = [fault(.crashBefore(0)), fault(.crashAfter(0)), fault(.crashAfter(7_200_000))]
            return service == scope.owner ? faults + [fault(.crashAfter(SagaFault.eightDays))] : faults
        case .transition:
            let verbs: [SagaFault.Verb] = visit.isParked ? [.cancel, .compensate, .retry] : [.cancel]
            return verbs.map { fault(.decision($0)) } + waits.map { fault(.signal($0)) }
        }
    }

    /// Faults that lead a saga back, or to where nobody knows what was done; for each step of a run one refusal, one
    /// silence, and as many failures as it takes to be given up.
    func detours(of run: SagaRun) -> (refusals: [SagaFault], silences: [SagaFault], failures: [SagaFault]) {
        var refusals: [SagaFault] = []
        var silences: [SagaFault] = []
        var failures: [SagaFault] = []
        for case .execution(let key) in run.visits.map(\.point.place) {
            refusals.append(SagaFault(.execution(key: key), 1, .rejection))
            silences.append(SagaFault(.sending(.reply, key: key), 1, count: always, .loss))
            guard let tries = tries(key) else { continue }
            failures.append(SagaFault(.execution(key: key), 1, count: tries, .failure))
        }
        return (refusals, silences, failures)
    }

    /// How often the step of a key is tried when it fails; `nil` when that has no end, and for compensations.
    private func tries(_ key: String) -> Int? { StepID(rawValue: key).flatMap { tries[SagaStanding.template($0)] } }
}
