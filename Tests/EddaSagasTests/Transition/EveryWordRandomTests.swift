import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// A saga with every word at random: a network that loses and repeats, processes that are killed, children that end as they
/// like, signals and decisions at any moment.
@Suite struct EveryWordRandomTests {
    // acceptance: 48, 49, 50, 51; guarantees: G8, G10, G11
    @Test func whateverHappensNothingIsLeftHalfDone() throws {
        var decisions: [String: Int] = [:]
        var endings: [SagaRecord.Status: Int] = [:]
        for seed in UInt64(1)...2_500 {
            let state = EveryWord.State(cents: seed % 2 == 0 ? 4_200 : 420_000)
            let bench = try Bench(EveryWord.self, state: state, services: Desk())
            var world = RandomWorld(bench, signals: ["approval": #"{"by":"ada"}"#], seed: seed)
            do {
                let hasEnded = try world.play()
                let open = world.bench.instance.steps.map { "\($0.id) \($0.status)" }
                try #require(hasEnded, "seed \(seed): \(world.bench.instance.status), \(open)")
            } catch let error as SagaError {
                Issue.record("seed \(seed): \(error)")
                continue
            }
            decisions.merge(world.decisions) { $0 + $1 }
            endings[world.bench.instance.status, default: 0] += 1
            check(world, seed)
        }
        for verb in Standing.verbs { #expect(decisions[verb, default: 0] > 30, "\(decisions)") }
        #expect(endings[.completed, default: 0] > 100 && endings[.compensated, default: 0] > 500, "\(endings)")
    }

    private func check(_ world: RandomWorld, _ seed: UInt64) {
        let saga = world.bench.instance
        for step in saga.steps {
            let what: Comment = "seed \(seed), \(saga.status), step \(step.id) \(step.status)"
            let (done, undone) = (world.executed[step.id] ?? 0, world.undone[step.id] ?? 0)
            #expect(done <= 1, what)
            let isWait = ["approval", "cool-off", "breathe"].contains(step.id)
            #expect(undone <= done, what)
            switch (saga.status, step.status) {
            case (.completed, .succeeded): #expect(isWait || done == 1 && undone == 0, what)
            case (.completed, .skipped): #expect(isWait || ["ship", "mail", "bill"].contains(step.id), what)
            case (.completed, _): Issue.record(what)
            case (_, .undone): #expect(done == undone, what)
            case (_, .skipped): break
            case (_, .never), (_, .rejected), (_, .failed): #expect(done == 0, what)
            default: Issue.record(what)
            }
        }
        #expect(world.bench.timer == nil && world.bench.endings == 1, "seed \(seed)")
    }
}
