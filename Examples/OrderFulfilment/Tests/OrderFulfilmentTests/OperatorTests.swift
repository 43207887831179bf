import Testing

@Suite struct OperatorTests {
    @Test func theOperatorCommandsWorkOnTheDataOfARun() async throws {
        let folder = try Folder()
        let data = folder.file("data")
        let ran = try await Program.run(["run", "--count", "20", "--decline-rate", "0.4", "--data", data, "--json"])
        #expect(ran.status == 0)
        let rebuilt = try await Program.run(["projections", "rebuild", "order-summary", "--data", data])
        #expect(rebuilt.status == 0, "\(rebuilt.errors)")
        let again = try await Program.run(["run", "--count", "20", "--decline-rate", "0.4", "--data", data, "--json"])
        #expect(try Summary(again) == Summary(ran))

        let listed = try await Program.run(["sagas", "list", "--status", "compensated", "--limit", "1", "--data", data])
        #expect(listed.status == 0)
        let id = try #require(listed.output.split(separator: "\n").dropFirst().first?.split(separator: " ").first)
        let shown = try await Program.run(["sagas", "show", String(id), "--data", data])
        #expect(shown.status == 0)
        #expect(shown.output.contains("reserve-stock"))
        let read = try await Program.run(["events", "read", String(id), "--data", data])
        #expect(read.status == 0)
        #expect(read.output.contains("order.placed"))
        let missing = try await Program.run(["sagas", "show", "nobody", "--data", data])
        #expect(missing.status == 1)
        let nowhere = try await Program.run(["sagas", "list", "--data", folder.file("nowhere")])
        #expect(nowhere.status == 1)
        #expect(nowhere.errors.contains("run"))
    }
}
