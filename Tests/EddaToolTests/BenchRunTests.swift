#if CLI
import EddaCommands
import EddaTesting
import Foundation
import Synchronization
import Testing

@testable import EddaTool

/// A workload that does what a test says.
private struct FakeWorkload: Workload {
    let name: String
    var summary: String { "does what a test says" }
    let body: @Sendable (Bench) async throws -> [BenchRow]

    init(_ name: String, _ body: @escaping @Sendable (Bench) async throws -> [BenchRow]) {
        (self.name, self.body) = (name, body)
    }

    func run(in bench: Bench) async throws -> [BenchRow] { try await body(bench) }

    var entry: Bench.Entry { Bench.Entry(self, seconds: 1, operations: 1...1_000, disk: (1, 1, 1)) }

    static func row(_ name: String) -> BenchRow {
        BenchRow(workload: name, operations: 1, seconds: 1, peakRSSMiB: 1)
    }
}

@Suite struct BenchRunTests {
    private final class Written: Sendable {
        let output = Mutex("")
        let notes = Mutex("")
    }

    private let parent: TemporaryFolder
    private let written = Written()

    init() throws { parent = try TemporaryFolder() }

    private func run(json: Bool = true) throws -> BenchRun {
        let output = Output(
            write: { [written] text in written.output.withLock { $0 += text } },
            note: { [written] text in written.notes.withLock { $0 += text } }
        )
        return BenchRun(try BenchFolder(in: parent.path), output: output, printsJSON: json)
    }

    private func printed() throws -> [String] {
        let data = Data(written.output.withLock { $0 }.utf8)
        let rows = try #require(try JSONSerialization.jsonObject(with: data) as? [[String: Any]])
        return rows.compactMap { $0["workload"] as? String }
    }

    @Test func aFailureLosesNoRows() async throws {
        let run = try run()
        let entries = [
            FakeWorkload("first") { _ in [FakeWorkload.row("first")] }.entry,
            FakeWorkload("second") { bench in
                bench.finished(FakeWorkload.row("second-small"))
                _ = FileManager.default.createFile(atPath: bench.file("ours"), contents: nil)
                throw BenchFailure("a checksum is wrong")
            }.entry,
            FakeWorkload("third") { _ in [FakeWorkload.row("third")] }.entry,
        ]
        await run.measure(entries, .init(limit: .seconds(60)))
        #expect(run.finish() == false)
        #expect(try printed() == ["first", "second-small", "third"])
        #expect(written.notes.withLock { $0 }.contains("error: second: a checksum is wrong\n"))
        #expect(parent.contents().isEmpty)
    }

    @Test func aRunWithoutRowsIsAnEmptyArray() async throws {
        let run = try run()
        await run.measure([FakeWorkload("only") { _ in throw BenchFailure("no") }.entry], .init(limit: .seconds(1)))
        #expect(run.finish() == false)
        #expect(try printed() == [])
    }

    @Test func eachWorkloadHasAFolderAndAShareOfItsOwn() async throws {
        let run = try run()
        let seen = Mutex<[(folder: String, limit: Duration?, others: [String])]>([])
        let entries = (1...2)
            .map { number in
                FakeWorkload("workload-\(number)") { bench in
                    _ = FileManager.default.createFile(atPath: bench.file("ours"), contents: nil)
                    let others = try FileManager.default.contentsOfDirectory(atPath: bench.folder + "/..")
                    seen.withLock { $0.append((bench.folder, TimeShare.current.limit, others)) }
                    return [FakeWorkload.row(bench.folder)]
                }.entry
            }
        await run.measure(entries, .init(limit: .seconds(60)))
        #expect(run.finish())
        let all = seen.withLock { $0 }
        #expect(all.map(\.others) == [["workload-1"], ["workload-2"]])
        // Half of the time for the first, all that is left for the second.
        let limits = all.compactMap(\.limit)
        #expect(limits.count == 2 && limits[0] <= .seconds(30) && limits[0] > .seconds(20))
        #expect(limits.last.map { $0 > .seconds(50) } == true)
    }

    @Test func peopleGetATable() async throws {
        let run = try run(json: false)
        await run.measure([FakeWorkload("only") { _ in [FakeWorkload.row("only")] }.entry], .init(limit: .seconds(1)))
        #expect(run.finish())
        let text = written.output.withLock { $0 }
        #expect(text.hasPrefix("WORKLOAD") && text.contains("\nonly"))
    }

    @Test func progressTellsRoundsAndFitsTheTerminal() throws {
        let notes = Mutex<[String]>([])
        let time = ManualTime()
        let output = Output(
            write: { _ in },
            note: { text in notes.withLock { $0.append(text) } },
            canRedraw: true,
            noteWidth: 30
        )
        let progress = BenchProgress("[1/2]", output: output, time: time)
        progress.show("growth: a description that is longer than the terminal is wide")
        for done in 1...3 {
            time.advance(by: .seconds(2))
            progress.show("load", rounds: done, of: 8)
        }
        let lines = notes.withLock { $0 }.map { $0.replacing("\r\u{1B}[K", with: "") }
        #expect(lines.count == 4)
        #expect(lines.allSatisfy { $0.count < 30 && !$0.contains("\n") })
        #expect(lines[0] == "[1/2] growth: a description…" || lines[0].hasSuffix("…"))
        #expect(lines[1] == "[1/2] load: 1 of 8 rounds (1…")
        // Two seconds a round, five rounds left: told where there is room for it.
        let wide = Mutex("")
        let wider = BenchProgress(
            "[1/2]",
            output: Output(write: { _ in }, note: { text in wide.withLock { $0 = text } }, canRedraw: true),
            time: time
        )
        for done in 1...3 {
            wider.show("load", rounds: done, of: 8)
            time.advance(by: .seconds(2))
        }
        #expect(wide.withLock { $0 }.hasSuffix("[1/2] load: 3 of 8 rounds (37%), 0:10 left"))
    }
}
#endif
