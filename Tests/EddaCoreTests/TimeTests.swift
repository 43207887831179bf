import EddaCore
import EddaTesting
import Foundation
import Testing

@Suite struct TimestampTests {
    @Test(
        arguments: [
            (0, "1970-01-01T00:00:00.000000Z"), (1, "1970-01-01T00:00:00.000001Z"),
            (-1, "1969-12-31T23:59:59.999999Z"), (1_795_248_930_123_456, "2026-11-21T08:15:30.123456Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z"),
        ] as [(Int64, String)]
    )
    func isWrittenAndReadAsRFC3339(_ microseconds: Int64, _ text: String) {
        #expect(Timestamp(microseconds: microseconds).description == text)
        #expect(Timestamp(text)?.microseconds == microseconds)
    }

    @Test(arguments: [
        ("2026-11-21T08:15:30Z", 0), ("2026-11-21T08:15:30.5Z", 500_000), ("2026-11-21T08:15:30.012Z", 12_000),
    ])
    func readsFewerDigits(_ text: String, _ fraction: Int64) {
        #expect(Timestamp(text)?.microseconds == 1_795_248_930_000_000 + fraction)
    }

    @Test(
        arguments: [
            "", "Z", "2026-11-21", "2026-11-21T08:15:30", "2026-11-21T08:15:30+01:00", "2026-11-21T08:15:30.Z",
            "2026-11-21T08:15:30.1234567Z", "2026-11-21T08:15:30.12a4Z", "2026-11-21T08:15:30.-12Z",
            "2026-13-21T08:15:30Z", "2026-11-21 08:15:30Z", "2026-11-21T08:15:30.1.2Z", "yesterdayyyyyyyyyyyZ",
        ]
    )
    func refusesOtherTexts(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func everyTimeSurvivesItsText(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            // From the year 1600 to the year 9999.
            let time = Timestamp(
                microseconds: Int64.random(in: -11_676_096_000_000_000...253_402_300_799_999_999, using: &generator)
            )
            #expect(Timestamp(time.description) == time, "seed \(seed)")
        }
    }

    @Test func addsAndSaturates() {
        let time = Timestamp(microseconds: 10)
        #expect((time + .microseconds(5)).microseconds == 15)
        #expect((time + .microseconds(-15)).microseconds == -5)
        #expect((time + .seconds(Int64.max)).description == "9999-12-31T23:59:59.999999Z")
        #expect((Timestamp(microseconds: -10) + .seconds(Int64.min)).description == "0000-01-01T00:00:00.000000Z")
        #expect((time + .seconds(400_000_000_000)).description == "9999-12-31T23:59:59.999999Z")
        // One that is outside stays where it is, or comes back.
        let outside = Timestamp(microseconds: .max - 5)
        #expect(outside + .seconds(1) == outside)
        #expect((outside + .seconds(-1)).microseconds == .max - 1_000_005)
        #expect(Timestamp(microseconds: .max).since(Timestamp(microseconds: .min)) == .microseconds(Int64.max))
        #expect(Timestamp(microseconds: .min).since(Timestamp(microseconds: .max)) == .microseconds(Int64.min))
        #expect(Timestamp(microseconds: 25).since(time) == .microseconds(15))
        #expect(time.since(Timestamp(microseconds: 25)) == .microseconds(-15))
    }

    @Test func isItsTextInJSON() throws {
        let codec = JSONCodec()
        let encoded = try codec.encode([Timestamp(microseconds: 1)])
        #expect(String(decoding: encoded, as: UTF8.self) == #"["1970-01-01T00:00:00.000001Z"]"#)
        #expect(try codec.decode([Timestamp].self, from: encoded) == [Timestamp(microseconds: 1)])
        #expect(throws: (any Error).self) { try codec.decode([Timestamp].self, from: Array(#"["soon"]"#.utf8)) }
    }
}

// What was written has to be readable for good.
// guarantees: G14
@Suite struct TimestampRangeTests {
    struct Booked: Event {
        static let eventType: EventType = "trip.booked"
        var times: [Timestamp?]
    }

    static let first = Timestamp(microseconds: -62_167_219_200_000_000)
    static let last = Timestamp(microseconds: 253_402_300_799_999_999)

    @Test(arguments: [first, last])
    func theFirstAndTheLastTimeAreWrittenAndRead(_ time: Timestamp) throws {
        #expect(Timestamp(time.description) == time)
        let registry = SchemaRegistry()
        let event = try EventData(Booked(times: [time]), schema: registry)
        #expect(try registry.codec.decode(Booked.self, from: event.data).times == [time])
        #expect(try JSONDecoder().decode([Timestamp].self, from: JSONEncoder().encode([time])) == [time])
    }

    @Test(arguments: [
        Timestamp(microseconds: first.microseconds - 1), Timestamp(microseconds: last.microseconds + 1),
        Timestamp(microseconds: .min), Timestamp(microseconds: .max),
    ])
    func otherTimesAreRefusedByNameAndPlace(_ time: Timestamp) throws {
        let trip = Booked(times: [nil, time])
        #expect(throws: SchemaError.self) { try EventData(trip, schema: SchemaRegistry()) }
        let error = #expect(throws: EncodingError.self) { try JSONCodec().encode(trip) }
        guard case .invalidValue(let value, let context)? = error else { return }
        #expect(value as? Timestamp == time)
        #expect(context.codingPath.map(\.stringValue) == ["times", "Index 1"])
        #expect(throws: EncodingError.self) { try JSONEncoder().encode([time]) }
    }
}

// acceptance: 53
@Suite struct MomentTests {
    let start = Moment(boot: "a", uptime: 1_000_000_000, wall: Timestamp(microseconds: 5_000_000))

    @Test func withinABootTheWallDoesNotCount() {
        let jumped = Moment(boot: "a", uptime: 3_000_000_000, wall: Timestamp(microseconds: 0))
        #expect(jumped.elapsed(since: start) == .seconds(2))
        #expect(start.elapsed(since: jumped) == .zero)
    }

    @Test func acrossABootTheWallCounts() {
        let rebooted = Moment(boot: "b", uptime: 0, wall: Timestamp(microseconds: 65_000_000))
        #expect(rebooted.elapsed(since: start) == .seconds(60))
        #expect(start.elapsed(since: rebooted) == .zero)
    }

    @Test func advancesOnBothScalesAndSaturates() {
        #expect(
            start.advanced(by: .seconds(2))
                == Moment(boot: "a", uptime: 3_000_000_000, wall: Timestamp(microseconds: 7_000_000))
        )
        #expect(start.advanced(by: .seconds(-2)) == start)
        let far = start.advanced(by: .seconds(Int64.max))
        #expect(far.uptime == .max)
        #expect(far.wall.description == "9999-12-31T23:59:59.999999Z")
    }

    @Test func theSystemsClocksRunForward() async throws {
        let before = SystemTime.system.now()
        try await SystemTime.system.sleep(for: .milliseconds(2))
        let after = SystemTime.system.now()
        #expect(before.boot == after.boot)
        #expect(!before.boot.isEmpty)
        #expect(after.elapsed(since: before) >= .milliseconds(2))
    }

    @Test func durationsInUnitsRoundTowardsZeroAndSaturate() {
        #expect(Duration.nanoseconds(1_999).wholeMicroseconds == 1)
        #expect(Duration.nanoseconds(-1_999).wholeMicroseconds == -1)
        #expect(Duration.milliseconds(1_500).wholeNanoseconds == 1_500_000_000)
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).wholeMicroseconds == .min)
        #expect(Duration.milliseconds(2_500).inSeconds == 2.5)
    }
}
