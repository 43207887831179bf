import EddaCore
import Testing

@testable import EddaProjections

/// The decisions, without a store.
@Suite struct BuildPlannerTests {
    let planner = BuildPlanner(name: "orders", version: 2, tables: ["a", "b"])

    func record(
        _ build: Int,
        _ status: ProjectionRecord.Status,
        version: Int = 2,
        position: Int64 = 0,
        tables: [String] = ["a", "b"]
    ) -> ProjectionRecord {
        ProjectionRecord(
            name: "orders",
            build: build,
            version: version,
            status: status,
            position: Position(position),
            tables: tables,
            startedAt: Timestamp(microseconds: 1),
            updatedAt: Timestamp(microseconds: 2)
        )
    }

    @Test func anUnknownProjectionIsBegun() {
        #expect(planner.next(towards: .current, records: []) == .create(build: 1))
        #expect(planner.next(towards: .rebuild, records: []) == .create(build: 1))
    }

    @Test func aLiveBuildOfTheVersionIsAdoptedButForARebuild() {
        let live = record(3, .live)
        #expect(planner.next(towards: .current, records: [live]) == .adopt(live))
        #expect(planner.next(towards: .rebuild, records: [live]) == .create(build: 4))
    }

    @Test func aLowerVersionIsBuiltAnewBesideIt() {
        #expect(planner.next(towards: .current, records: [record(1, .live, version: 1)]) == .create(build: 2))
    }

    @Test(arguments: [BuildPlanner.Goal.current, .rebuild, .finish(build: 4)])
    func aHigherVersionIsRefusedWhateverTheGoal(_ goal: BuildPlanner.Goal) {
        let records = [record(3, .live, version: 7), record(4, .building)]
        #expect(planner.next(towards: goal, records: records) == .refuse(.olderProgram(live: 7)))
        let text = planner.error(for: .olderProgram(live: 7)).description
        #expect(text.contains("version 7") && text.contains("version 2"))
    }

    @Test func anInterruptedBuildOfTheVersionIsContinued() {
        let building = record(2, .building, position: 40)
        let live = record(1, .live, version: 1)
        #expect(planner.next(towards: .current, records: [live, building]) == .catchUp(building))
        #expect(planner.next(towards: .rebuild, records: [record(1, .live), building]) == .catchUp(building))
        #expect(planner.next(towards: .current, records: [building]) == .catchUp(building))
    }

    @Test func anInterruptedRebuildOfTheLiveVersionIsLeftAloneAtStart() {
        let live = record(1, .live)
        #expect(planner.next(towards: .current, records: [live, record(2, .building)]) == .adopt(live))
    }

    @Test func aBuildOfAnotherVersionOrOtherTablesIsGivenUp() {
        for other in [record(2, .building, version: 1), record(2, .building, tables: ["a"])] {
            #expect(planner.next(towards: .rebuild, records: [record(1, .live), other]) == .abandon(other))
        }
    }

    @Test func numbersOfRetiredBuildsAreNotUsedAgain() {
        #expect(planner.next(towards: .current, records: [record(5, .retired)]) == .create(build: 6))
    }

    @Test func changedTablesOfTheSameVersionAreRefused() {
        let live = record(1, .live, tables: ["a", "c"])
        #expect(planner.next(towards: .current, records: [live]) == .refuse(.tablesChanged(live: ["a", "c"])))
        let reordered = record(1, .live, tables: ["b", "a"])
        #expect(planner.next(towards: .current, records: [reordered]) == .adopt(reordered))
    }

    @Test func aBuildThatIsFinishedIsFollowedToItsEnd() {
        let building = record(2, .building)
        #expect(planner.next(towards: .finish(build: 2), records: [record(1, .live), building]) == .catchUp(building))
        let live = record(2, .live)
        #expect(planner.next(towards: .finish(build: 2), records: [record(1, .retired), live]) == .adopt(live))
        let later = record(3, .live)
        #expect(planner.next(towards: .finish(build: 2), records: [later]) == .adopt(later))
    }

    @Test func aBuildThatIsGoneIsSuperseded() {
        let live = record(1, .live)
        for records in [[live], [live, record(2, .retired)], [live, record(3, .building)]] {
            #expect(planner.next(towards: .finish(build: 2), records: records) == .refuse(.superseded(build: 2)))
        }
    }

    @Test func aBatchIsOnlyForTheBuildItWasReadFor() {
        let seen = record(2, .live, position: 10)
        var failing = seen
        failing.failure = "…"
        #expect(planner.unmoved(seen, in: [record(1, .retired), failing]) == failing)
        for other in [
            record(2, .live, position: 11), record(3, .live, position: 10), record(2, .retired, position: 10),
        ] {
            #expect(planner.unmoved(seen, in: [other]) == nil)
        }
    }

    @Test func viewsThatTheNewBuildDoesNotHaveGo() {
        let live = record(1, .live, tables: ["a", "Old"])
        #expect(planner.orphanedViews(switchingTo: record(2, .building, tables: ["A"]), from: live) == ["Old"])
        #expect(planner.orphanedViews(switchingTo: record(1, .building), from: nil) == [])
    }
}
