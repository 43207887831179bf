internal import EddaCore
internal import Synchronization

/// Decides at each point of a run what goes wrong there: what was planned, or what a seed makes of the point.
///
/// A seed decides about each point by itself, from its name. So the faults that struck in a run can be planned for
/// another one, which is then the same run; and some of them can be left out.
final class SagaFates: Sendable {
    /// A point that was reached, and whether the saga was parked there.
    struct Visit: Hashable, Sendable {
        let point: SagaFault.Point
        var isParked = false
    }

    private struct State {
        var planned: [SagaFault.Place: [SagaFault]] = [:]
        var dice: SagaDice?
        var drawn: Set<SagaFault.Point> = []
        var struck: [SagaFault] = []
        var visits: [Visit] = []
        var firstStrike: Int?
        var isQuiet = false
    }

    private let state: Mutex<State>

    /// Faults that are known beforehand.
    init(planned faults: [SagaFault]) {
        var state = State()
        for fault in faults { state.planned[fault.point.place, default: []].append(fault) }
        self.state = Mutex(state)
    }

    /// Faults that come from a seed.
    init(seed: UInt64, in scope: SagaScope) { state = Mutex(State(dice: SagaDice(seed: seed, in: scope))) }

    /// What happens at a point; asked again, the answer is the same.
    func at(_ place: SagaFault.Place, _ number: Int, isParked: Bool = false) -> [SagaFault.Effect] {
        state.withLock { state in
            if state.isQuiet { return [] }
            let point = SagaFault.Point(place: place, number: number)
            if state.drawn.insert(point).inserted {
                state.visits.append(Visit(point: point, isParked: isParked))
                if let fault = state.dice?.fault(at: point, isParked: isParked) {
                    state.planned[place, default: []].append(fault)
                }
            }
            let faults = (state.planned[place] ?? []).filter { $0.strikes(at: number) }
            for fault in faults where !state.struck.contains(fault) {
                if state.struck.isEmpty { state.firstStrike = state.visits.count }
                state.struck.append(fault)
            }
            return faults.map(\.effect)
        }
    }

    /// From now on nothing goes wrong.
    func rest() { state.withLock { $0.isQuiet = true } }

    /// The faults that struck, in the order in which they did.
    var struck: [SagaFault] { state.withLock { $0.struck } }

    /// The points that were reached, in the order in which they were.
    var visits: [Visit] { state.withLock { $0.visits } }

    /// The points that were reached after the first fault had struck; all of them if none did.
    var visitsAfterStrike: [Visit] { state.withLock { Array($0.visits.dropFirst($0.firstStrike ?? 0)) } }
}
