import EddaCore
import Testing

@testable import EddaMessaging

@Suite struct OutboxClaimsTests {
    private func claim(_ sequence: Int64, to destination: Address = "a", key: String, attempts: Int = 0)
        -> OutboxClaims.Claim
    {
        OutboxClaims.Claim(
            sequence: sequence,
            message: parcel("\(sequence)", to: destination, key: key),
            attempts: attempts
        )
    }

    private func ready(_ sequence: Int64, to destination: Address = "a", key: String, isBlocked: Bool = false)
        -> OutboxClaims.Ready
    {
        OutboxClaims.Ready(claim: claim(sequence, to: destination, key: key), isBlocked: isBlocked)
    }

    private func sequences(_ batches: [OutboxClaims.Batch]) -> [[Int64]] { batches.map { $0.claims.map(\.sequence) } }

    private let retry = RetryPolicy.exponential(attempts: 3, initial: .seconds(1))

    /// One that nobody could deliver for minutes is the very one that somebody has to get.
    @Test func theAlertOfASagaIsTriedWithoutEnd() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        let alert = Message(
            id: "1",
            source: "/test",
            type: AlertMessage.type,
            destination: "a",
            time: Timestamp(microseconds: 0),
            partitionKey: "x",
            idempotencyKey: "x",
            data: []
        )
        let claim = OutboxClaims.Claim(sequence: 1, message: alert, attempts: 500)
        claims.take([.init(claim: claim, isBlocked: false)], after: 0, isLast: true)
        _ = claims.next()
        let changes = claims.conclude("a", [.failed(reason: "away")], retry: retry) { 0 }
        #expect(changes == [.hold(1, attempts: 501, pause: retry.cap, reason: "away")])
    }

    // guarantees: G9
    @Test func oneMessageOfAKeyIsUnderWayAtATime() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.take(
            [ready(1, key: "x"), ready(2, key: "y"), ready(3, key: "x"), ready(4, key: "x")],
            after: 0,
            isLast: true
        )
        #expect(sequences(claims.next()) == [[1, 2]])
        #expect(claims.next().isEmpty)
        let changes = claims.conclude("a", [.sent, .sent], retry: retry) { 0 }
        #expect(changes == [.remove(1), .remove(2)])
        #expect(sequences(claims.next()) == [[3]])
    }

    @Test func everyDestinationHasALaneOfItsOwn() {
        var claims = OutboxClaims(batch: 2, capacity: 100)
        claims.take(
            [
                ready(1, to: "a", key: "x"), ready(2, to: "b", key: "x"), ready(3, to: "a", key: "y"),
                ready(4, to: "a", key: "z"), ready(5, to: "b", key: "y"),
            ],
            after: 0,
            isLast: true
        )
        #expect(sequences(claims.next()) == [[1, 3], [2, 5]])
        _ = claims.conclude("b", [.sent, .sent], retry: retry) { 0 }
        claims.take([ready(6, to: "b", key: "x")], after: claims.nextPage, isLast: true)
        #expect(sequences(claims.next()) == [[6]], "Lane a is still under way, lane b goes on.")
    }

    @Test func aFailureTakesItsFollowersAlong() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.take([ready(1, key: "x"), ready(2, key: "y"), ready(3, key: "x")], after: 0, isLast: true)
        _ = claims.next()
        let changes = claims.conclude("a", [.failed(reason: "busy"), .sent], retry: retry) { .max }
        guard changes.count == 3, case .hold(1, 1, let pause, "busy") = changes[0] else {
            Issue.record("\(changes)")
            return
        }
        #expect(pause > .milliseconds(999) && pause < .seconds(1))
        #expect(changes[1...] == [.remove(2), .follow(3)])
        #expect(claims.next().isEmpty)
        #expect(claims.count == 0)
    }

    @Test func aMessageIsGivenUpWhenItsTriesAreUsedUpOrItIsRefused() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.takeDue([claim(1, key: "x", attempts: 2), claim(2, key: "y", attempts: 1)])
        claims.take([ready(3, key: "z")], after: 0, isLast: true)
        #expect(sequences(claims.next()) == [[1, 2, 3]])
        let changes = claims.conclude(
            "a",
            [.failed(reason: "busy"), .failed(reason: "busy"), .refused(reason: "never")],
            retry: retry
        ) { 0 }
        #expect(
            changes == [
                .giveUp(1, attempts: 3, reason: "busy"),
                .hold(2, attempts: 2, pause: .zero, reason: "busy"),
                .giveUp(3, attempts: 1, reason: "never"),
            ]
        )
    }

    // guarantees: G10
    @Test func whatSomebodyWaitsForIsGivenUpOnlyWhenItIsRefused() {
        var command = parcel("command", to: "a", key: "x")
        command.replyTo = "client"
        var reply = parcel("reply", to: "a", key: "y")
        reply.type = ReplyMessage.type
        var refused = parcel("refused", to: "a", key: "z")
        refused.replyTo = "client"
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.takeDue(
            [command, reply, refused].enumerated().map { number, message in
                OutboxClaims.Claim(sequence: Int64(number), message: message, attempts: 1_000)
            }
        )
        _ = claims.next()
        let changes = claims.conclude(
            "a",
            [.failed(reason: "away"), .failed(reason: "away"), .refused(reason: "never")],
            retry: retry
        ) { 0 }
        #expect(
            changes == [
                .hold(0, attempts: 1_001, pause: .seconds(30), reason: "away"),
                .hold(1, attempts: 1_001, pause: .seconds(30), reason: "away"),
                .giveUp(2, attempts: 1_001, reason: "never"),
            ]
        )
    }

    @Test func aTransportThatTellsTooLittleHasFailed() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.take([ready(1, key: "x"), ready(2, key: "y")], after: 0, isLast: true)
        _ = claims.next()
        let changes = claims.conclude("a", [.sent], retry: retry) { 0 }
        guard case .hold(2, 1, _, _) = changes.last else {
            Issue.record("\(changes)")
            return
        }
    }

    @Test func aHeldMessageIsClaimedOnceUntilItsFateIsRecorded() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.takeDue([claim(1, key: "x", attempts: 1)])
        claims.takeDue([claim(1, key: "x", attempts: 1)])
        #expect(sequences(claims.next()) == [[1]])
        let changes = claims.conclude("a", [.failed(reason: "busy")], retry: retry) { 0 }
        claims.takeDue([claim(1, key: "x", attempts: 1)])
        #expect(claims.next().isEmpty, "Its failure is not yet recorded.")
        claims.didRecord(changes, unblocked: [])
        claims.takeDue([claim(1, key: "x", attempts: 2)])
        #expect(sequences(claims.next()) == [[1]])
    }

    @Test func whatIsDueHasRoomHoweverManyAreReady() {
        var claims = OutboxClaims(batch: 4, capacity: 16)
        claims.take((10...40).map { ready($0, key: "\($0)") }, after: 0, isLast: false)
        claims.takeDue((1...3).map { claim($0, key: "\($0)", attempts: 1) })
        #expect(claims.held == [1, 2])
        #expect(sequences(claims.next()) == [[1, 2, 10, 11]])
    }

    @Test func whatIsReadyIsSentHoweverMuchIsDue() {
        var claims = OutboxClaims(batch: 4, capacity: 16)
        claims.takeDue((1...30).map { claim($0, key: "\($0)", attempts: 1) })
        claims.take([ready(40, key: "40"), ready(41, key: "41")], after: 0, isLast: true)
        claims.takeDue((3...30).map { claim($0, key: "\($0)", attempts: 1) })
        #expect(sequences(claims.next()) == [[1, 2, 40, 41]])
    }

    @Test func blockedMessagesAreNotSentUnlessTheirKeyTurnsOutToBeFree() {
        var claims = OutboxClaims(batch: 10, capacity: 100)
        claims.take([ready(5, key: "x", isBlocked: true), ready(6, key: "y")], after: 0, isLast: true)
        #expect(sequences(claims.next()) == [[6]])
        #expect(claims.blocked.map(\.sequence) == [5])
        _ = claims.conclude("a", [.sent], retry: retry) { 0 }
        claims.didRecord([], unblocked: [claim(5, key: "x")])
        #expect(claims.blocked.isEmpty)
        #expect(sequences(claims.next()) == [[5]])
    }

    // acceptance: 44
    @Test func aHungDestinationCostsBoundedMemoryAndHoldsUpNobody() {
        var claims = OutboxClaims(batch: 2, capacity: 4)
        // 1…40, every fourth to b, the rest to a, which never answers.
        let rows = (1...40).map { ready(Int64($0), to: $0 % 4 == 0 ? "b" : "a", key: "\($0)") }
        var sent: [Int64] = []
        while claims.cursor < 40 {
            let start = claims.nextPage
            let page = rows.filter { $0.claim.sequence > start }.prefix(8)
            claims.take(Array(page), after: start, isLast: page.last?.claim.sequence == 40)
            for batch in claims.next() where batch.destination == "b" {
                sent += batch.claims.map(\.sequence)
                _ = claims.conclude("b", batch.claims.map { _ in .sent }, retry: retry) { 0 }
            }
            #expect(claims.count <= 12)
        }
        while case let batches = claims.next(), let batch = batches.first(where: { $0.destination == "b" }) {
            sent += batch.claims.map(\.sequence)
            _ = claims.conclude("b", batch.claims.map { _ in .sent }, retry: retry) { 0 }
        }
        #expect(sent == stride(from: Int64(4), through: 40, by: 4).map { $0 })
        #expect(!claims.isBehind, "The lane of a is full, so there is nothing to read for it.")
    }

    // guarantees: G9
    @Test(arguments: [1, 3, 7, 50])
    func aLaneThatFellBehindMissesNothingAndKeepsTheOrder(page size: Int) {
        var claims = OutboxClaims(batch: 3, capacity: 5)
        let rows = (1...200).map { ready(Int64($0), to: $0 % 5 == 0 ? "b" : "a", key: "\($0 % 4)") }
        var removed: Set<Int64> = []
        var sent: [Address: [Int64]] = [:]
        var random = SplitMix(state: UInt64(size))
        var underWay: [OutboxClaims.Batch] = []
        var rounds = 0
        while removed.count < 200, rounds < 10_000 {
            rounds += 1
            let start = claims.nextPage
            let rest = rows.filter { $0.claim.sequence > start && !removed.contains($0.claim.sequence) }
            claims.take(Array(rest.prefix(size)), after: start, isLast: rest.count < size)
            underWay += claims.next()
            #expect(claims.count <= 16)
            // Lane a answers seldom, lane b always.
            for batch in underWay where batch.destination == "b" || random.next() % 4 == 0 {
                sent[batch.destination, default: []] += batch.claims.map(\.sequence)
                removed.formUnion(batch.claims.map(\.sequence))
                _ = claims.conclude(batch.destination, batch.claims.map { _ in .sent }, retry: retry) { 0 }
                underWay.removeAll { $0 == batch }
            }
        }
        #expect(removed.count == 200)
        for (destination, sequences) in sent {
            #expect(Set(sequences).count == sequences.count, "Something was sent to \(destination) twice.")
            for key in 0..<4 {
                let ofKey = sequences.filter { $0 % 4 == key }
                #expect(ofKey == ofKey.sorted())
            }
        }
    }
}

/// A small generator that gives the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
