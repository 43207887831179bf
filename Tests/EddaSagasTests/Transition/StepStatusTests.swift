import EddaCore
import EddaSagas
import Foundation
import Testing

@Suite struct StepStatusTests {
    /// A step in a status, reached by legal moves only.
    private func step(in status: StepStatus) throws -> StepRecord? {
        var paths: [StepStatus: [StepStatus]] = [.never: []]
        var open: [StepStatus] = [.never]
        while !open.isEmpty {
            let next = open.removeFirst()
            for successor in next.successors where paths[successor] == nil {
                paths[successor] = (paths[next] ?? []) + [successor]
                open.append(successor)
            }
        }
        guard let path = paths[status] else { return nil }
        let program = try SagaProgram.compile(FulfilOrder.self, schema: .init())
        let now = Moment(boot: "b", uptime: 0, wall: Timestamp(microseconds: 0))
        let instance = SagaInstance(id: "s", state: [], correlationID: nil, program: program, now: now)
        var step = try #require(instance.steps.first)
        for status in path { try step.move(to: status) }
        return step
    }

    @Test(arguments: StepStatus.allCases)
    func everyStatusCanBeReachedAndAllowsExactlyItsSuccessors(_ status: StepStatus) throws {
        let start = try #require(try step(in: status), "\(status) cannot be reached by legal moves.")
        for next in StepStatus.allCases {
            var step = start
            if status.successors.contains(next) {
                try step.move(to: next)
                #expect(step.status == next)
            } else {
                let error = try #require(throws: SagaError.self) { try step.move(to: next) }
                #expect(error.code == .illegalTransition)
                #expect(error.description.contains("from \(status.rawValue) to \(next.rawValue)"))
                #expect(step == start)
            }
        }
    }

    @Test func nothingLeadsOutOfAnEnd() {
        let ends = StepStatus.allCases.filter { $0.successors.isEmpty }
        #expect(Set(ends) == [.undone, .skipped])
        #expect(StepStatus.allCases.allSatisfy { !$0.successors.contains(.never) })
    }
}
