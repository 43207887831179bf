import Testing

@testable import EddaSQLite

@Suite struct PatienceTests {
    private let start = ContinuousClock().now

    @Test func itEndsAfterItsTime() {
        var patience = Patience(.milliseconds(250), from: start)
        let looks = (1...4).map { patience.isOver(at: start + .milliseconds(80) * $0) }
        #expect(looks == [false, false, false, true])
    }

    @Test func withoutTimeOneLookIsAll() {
        var patience = Patience(.zero, from: start)
        let isOver = patience.isOver(at: start)
        #expect(isOver)
    }

    @Test func theTimeInWhichTheProcessWasStoppedDoesNotCount() {
        var patience = Patience(.seconds(10), from: start)
        let looks = [patience.isOver(at: start + .milliseconds(1)), patience.isOver(at: start + .seconds(3_600))]
        #expect(looks == [false, false])
        var now = start + .seconds(3_600)
        var further = 0
        while !patience.isOver(at: now) {
            now += .milliseconds(50)
            further += 1
        }
        #expect((190...200).contains(further))
    }
}
