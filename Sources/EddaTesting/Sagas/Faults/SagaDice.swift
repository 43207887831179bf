internal import EddaCore

/// What a seed has to know of a saga.
struct SagaScope: Sendable {
    /// The service that owns the saga.
    let owner: Address
    /// The steps that wait for a signal, apart from those of loops.
    let signals: [StepID]
}

/// What a seed makes of the points of a run.
///
/// Each seed has a temper of its own: some kinds of faults are frequent, others do not occur. Runs in which everything
/// goes wrong all the time would not get far.
struct SagaDice: Sendable {
    private let seed: UInt64
    private let scope: SagaScope
    private var rates: [Double] = []
    /// How many faults may still come.
    private var left: Int

    private enum Kind: Int, CaseIterable {
        case loss, delay, copy, lateMark, rejection, failure, breakage, crash, decision, slowness, signal
    }

    init(seed: UInt64, in scope: SagaScope) {
        self.seed = seed
        self.scope = scope
        var random = SeededGenerator(seed: seed)
        for _ in Kind.allCases {
            let rate = [0, 0, 0.04, 0.12, 0.3]
            rates.append(rate[Int(random.next() % UInt64(rate.count))])
        }
        left = 3 + Int(random.next() % 14)
    }

    mutating func fault(at point: SagaFault.Point, isParked: Bool) -> SagaFault? {
        guard left > 0 else { return nil }
        var name = Fingerprint()
        name.add(point.place.text("\(point.number)"))
        var random = SeededGenerator(seed: seed &* 0x9E37_79B9_7F4A_7C15 ^ name.entropy)
        guard let fault = draw(point, isParked, &random) else { return nil }
        left -= 1
        return fault
    }

    private func draw(
        _ point: SagaFault.Point,
        _ isParked: Bool,
        _ random: inout SeededGenerator
    ) -> SagaFault? {
        func happens(_ kind: Kind) -> Bool { random.chance(rates[kind.rawValue]) }
        func pick<T>(_ choices: T...) -> T { choices[Int(random.next() % UInt64(choices.count))] }
        func fault(_ effect: SagaFault.Effect, count: Int = 1) -> SagaFault {
            SagaFault(point.place, point.number, count: count, effect)
        }
        let days = SagaFault.eightDays
        switch point.place {
        case .sending:
            if happens(.loss) { return fault(.loss, count: pick(1, 1, 1, 3, 12, 40)) }
            if happens(.delay) { return fault(.delay(pick(1, 5, 300, 1_500, 20_000, 35_000, 70_000, 7_200_000, days))) }
            if happens(.copy) { return fault(.copy(pick(0, 3, 900, 5_000, 40_000, 70_000, 7_200_000, days))) }
            if happens(.lateMark) { return fault(.lateMark(pick(5, 5_000))) }
        case .execution:
            if happens(.rejection) { return fault(.rejection) }
            if happens(.failure) { return fault(.failure, count: pick(1, 1, 2, 4, 12)) }
            if happens(.breakage) { return fault(.breakage) }
        case .call:
            if happens(.slowness) {
                let times = [3, 900, 20_000, 35_000, 70_000, 7_200_000]
                let time = times[Int(random.next() % UInt64(times.count))]
                return random.chance(0.4) ? fault(.hang, count: pick(1, 1, 2, 12)) : fault(.stall(time))
            }
        case .commit(let service):
            if happens(.crash) {
                // While a participant is gone for days, the others repeat themselves and nothing is learned.
                let time =
                    service == scope.owner
                    ? pick(0, 0, 1_000, 40_000, 7_200_000, days)
                    : pick(0, 0, 1_000, 40_000, 7_200_000)
                return fault(pick(.crashBefore(time), .crashAfter(time)))
            }
        case .transition:
            if isParked {
                if random.chance(0.6) { return fault(.decision(pick(.retry, .retry, .retry, .compensate, .cancel))) }
            } else if happens(.signal), !scope.signals.isEmpty {
                return fault(.signal(scope.signals[Int(random.next() % UInt64(scope.signals.count))]))
            } else if happens(.decision) {
                return fault(.decision(pick(.cancel, .cancel, .cancel, .retry)))
            }
        }
        return nil
    }
}
