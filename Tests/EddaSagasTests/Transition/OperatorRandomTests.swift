import EddaCore
import EddaSagas
import EddaTesting
import Testing

/// Decisions at random moments, on a network that loses, repeats and reorders.
@Suite struct OperatorRandomTests {
    // acceptance: 48, 49, 50; guarantees: G8, G10, G11
    @Test func whateverAnOperatorDecidesNothingIsLeftHalfDone() throws {
        var decisions: [String: Int] = [:]
        var endings: [SagaRecord.Status: Int] = [:]
        for seed in UInt64(1)...4_000 {
            var world = try RandomWorld(FulfilOrder.self, seed: seed)
            do {
                let hasEnded = try world.play()
                try #require(hasEnded, "seed \(seed): the saga does not come to an end")
            } catch let error as SagaError {
                Issue.record("seed \(seed): \(error)")
                continue
            }
            decisions.merge(world.decisions) { $0 + $1 }
            let saga = world.bench.instance
            endings[saga.status, default: 0] += 1
            for step in saga.steps {
                let what: Comment = "seed \(seed), \(saga.status), step \(step.id) \(step.status)"
                let (done, undone) = (world.executed[step.id] ?? 0, world.undone[step.id] ?? 0)
                #expect(done <= 1, what)
                #expect(undone <= done, what)
                switch (saga.status, step.status) {
                case (.completed, .succeeded): #expect(done == 1 && undone == 0, what)
                case (.completed, .skipped): #expect(step.id == "ship", what)
                case (.completed, _): Issue.record(what)
                case (_, .undone): #expect(done == undone, what)
                case (_, .skipped): break
                case (_, .never), (_, .rejected), (_, .failed): #expect(done == 0, what)
                default: Issue.record(what)
                }
            }
            #expect(world.bench.timer == nil && world.bench.endings == 1, "seed \(seed)")
        }
        // The numbers are there to show that the test does what it says.
        for verb in Standing.verbs { #expect(decisions[verb, default: 0] > 50, "\(decisions)") }
        #expect(endings[.completed, default: 0] > 500 && endings[.compensated, default: 0] > 500, "\(endings)")
    }
}
