import EddaCore
import Testing

@Suite struct AppendTests {
    // acceptance: 2
    @Test func appendingNothingWithoutAnExpectationIsNoError() throws {
        try Append([], to: "a-1").validate()
        #expect(Append([], to: "a-1").conditions == [])
        #expect(Append([], to: "a-1", expecting: .missing).conditions == [.stream("a-1", .missing)])
        #expect(Append([event], to: "a-1").conditions == [.stream("a-1", .any)])
    }

    // acceptance: 10
    @Test func contradictoryConditionsAreRefusedByName() {
        let refused: [[AppendCondition]] = [
            [.stream("b-1", .any)], [.stream("b-1", .missing), .stream("b-1", .exists)], [.stream("b-1", .version(-1))],
        ]
        for conditions in refused {
            let append = Append([.init(stream: "a-1", event: event)], conditions: conditions)
            let error = #expect(throws: StoreError.self) { try append.validate() }
            #expect(error?.code == .invalidArgument)
            #expect(error?.description.contains("b-1") == true)
        }
    }

    @Test func tooManyEventsAreRefused() {
        let entries = (0...Append.maximumCount).map { _ in Append.Entry(stream: "a-1", event: event) }
        let error = #expect(throws: StoreError.self) { try Append(entries).validate() }
        #expect(error?.code == .invalidArgument)
    }

    // acceptance: 3
    @Test func expectationsAndStates() {
        let expectations: [StreamExpectation] = [.any, .missing, .exists, .version(0), .version(3)]
        let table: [(StreamState, [Bool])] = [
            (.missing, [true, true, false, true, false]), (.version(2), [true, false, true, false, false]),
            (.version(3), [true, false, true, false, true]), (.version(4), [true, false, true, false, false]),
            (.archived(version: 3), [false, false, false, false, false]),
        ]
        for (state, expected) in table {
            #expect(expectations.map { $0.holds(for: state) } == expected, "\(state)")
        }
    }

    @Test func aConflictNamesExpectedAndActual() {
        let conflict = AppendConflict(failures: [
            .stream("a-1", expected: .version(2), actual: .archived(version: 3)),
            .match(EventQuery(types: ["x"], tags: ["t"], category: "c"), after: Position(4), found: Position(9)),
        ])
        for part in ["a-1", "version 2", "archived at version 3", "after position 4", "at 9", "type in", "category c"] {
            #expect(conflict.description.contains(part), "\(part)")
        }
    }

    @Test func positionsDoNotGoBelowTheStart() {
        #expect(Position(-5) == .start)
        #expect(Position(4).advanced(by: -9) == .start)
        #expect(Position(4).advanced(by: 2) == Position(6))
    }

    @Test func queriesMatchTypesTagsAndCategories() {
        let item = EventQuery.Item(types: ["x", "y"], tags: ["a", "b"], category: "c")
        #expect(item.matches(type: "x", tags: ["a", "b", "z"], category: "c"))
        #expect(!item.matches(type: "z", tags: ["a", "b"], category: "c"))
        #expect(!item.matches(type: "x", tags: ["a"], category: "c"))
        #expect(!item.matches(type: "x", tags: ["a", "b"], category: "d"))
        #expect(!EventQuery.Item().matches(type: "x", tags: [], category: "$saga"))
        #expect(EventQuery.Item(category: "$saga").matches(type: "x", tags: [], category: "$saga"))
    }

    private var event: EventData { EventData(type: "x", data: []) }
}
