import Testing

@Suite struct FaultTests {
    // guarantees: G7, G8, G10
    @Test func lostAndRepeatedMessagesChangeNothing() async throws {
        let folder = try Folder()
        let ending = try await Program.run([
            "run", "--count", "60", "--decline-rate", "0.2", "--drop-rate", "0.2", "--duplicate-rate", "0.2",
            "--data", folder.file("data"), "--json",
        ])
        let summary = try Summary(ending)
        #expect(summary.balanced, "\(summary.problems)")
        #expect(summary.completed + summary.compensated == 60)
        #expect(ending.status == 0)
    }

    @Test func lateMessagesChangeNothing() async throws {
        let folder = try Folder()
        let ending = try await Program.run([
            "run", "--count", "40", "--delay-ms", "60", "--data", folder.file("data"), "--json",
        ])
        let summary = try Summary(ending)
        #expect(summary.balanced, "\(summary.problems)")
        #expect(summary.completed + summary.compensated == 40)
    }
}
