#if CLI
import EddaTesting
import Foundation
import Spawning
import Testing

@testable import EddaTool

/// The program itself, interrupted.
@Suite(.serialized) struct BenchProcessTests {
    private let parent: TemporaryFolder
    private let output: TemporaryFolder

    init() throws {
        parent = try TemporaryFolder()
        output = try TemporaryFolder()
    }

    /// Starts `edda bench` on the test's folder, what it says on standard error read here.
    private func start(_ arguments: [String]) throws -> (process: SpawnedProcess, errors: NamedPipe) {
        let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        let errors = try NamedPipe(output.path + "/errors")
        let process = try SpawnedProcess(
            tests.deletingLastPathComponent().appending(path: "edda").path(percentEncoded: false),
            ["bench"] + arguments + ["--directory", parent.path],
            output: output.path + "/rows",
            errors: errors.path
        )
        return (process, errors)
    }

    private func rows() throws -> [[String: Any]] {
        try #require(try JSONSerialization.jsonObject(with: Data(output.text("rows").utf8)) as? [[String: Any]])
    }

    @Test(arguments: [SIGINT, SIGTERM, SIGQUIT])
    func aSignalLosesNoRowsAndLeavesNoFolder(_ number: Int32) async throws {
        let (process, errors) = try start(["append-1", "append-tags", "--operations", "512", "--json"])
        // By then the first is finished, and the second writes its million events.
        try await errors.read(until: "append-tags: writing") { [parent] in
            #expect(!parent.contents().isEmpty)
            kill(process.id, number)
        }
        #expect(try await process.ended() == .exited(128 + number))
        #expect(try rows().compactMap { $0["workload"] as? String } == ["append-1"])
        #expect(parent.contents().isEmpty)
    }

    @Test func whenNobodyReadsItsProgressARunEnds() async throws {
        let (process, errors) = try start(["append-1", "append-64", "append-tags", "--operations", "512", "--json"])
        try await errors.read(until: "append-1") { errors.close() }
        #expect(try await process.ended() == .exited(128 + SIGPIPE))
        #expect(parent.contents().isEmpty)
    }

    @Test func aWholeRunOfTwoProcesses() async throws {
        let (process, errors) = try start(["append-1", "two-processes", "--operations", "100", "--json"])
        let said = try await errors.read()
        #expect(try await process.ended() == .exited(0), "\(said)")
        errors.close()
        let rows = try rows()
        #expect(rows.first?["workload"] as? String == "append-1")
        let row = try #require(rows.last)
        #expect(row["workload"] as? String == "two-processes")
        #expect(row["operations"] as? Int == 100)
        #expect(row["p50Micros"] as? Double ?? 0 > 0)
        #expect(row["limit"] is NSNull && row["perSecond"] is NSNull)
        #expect(parent.contents().isEmpty)
    }

    @Test func theSecondProcessSaysWhyItCannotGoOn() async throws {
        let (process, errors) = try start(["--appends-to", parent.path + "/missing/ours.db", "--operations", "100"])
        #expect(try await process.ended() == .exited(0))
        errors.close()
        #expect(output.text("rows").hasPrefix("failed "))
        #expect(output.text("rows").contains("missing"))
    }
}

/// A pipe with a name, which another process writes to and a test reads.
private final class NamedPipe: Sendable {
    struct Silence: Error {
        let said: String
    }

    let path: String
    private let descriptor: Int32

    init(_ path: String) throws {
        self.path = path
        guard mkfifo(path, 0o600) == 0 else { throw Silence(said: "no pipe") }
        // So that whoever opens it for writing need not wait.
        descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Silence(said: "no pipe") }
    }

    func close() { _ = Foundation.close(descriptor) }

    /// Reads until the text has been said, or to the end when there is none; on a thread of its own, which others do
    /// not miss.
    ///
    /// - Parameter act: What is done then, at once, however busy the threads of tasks are.
    @discardableResult
    func read(until text: String? = nil, act: @escaping @Sendable () -> Void = {}) async throws -> String {
        let descriptor = descriptor
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                var said = ""
                var buffer = [UInt8](repeating: 0, count: 4_096)
                while text.map({ !said.contains($0) }) ?? true {
                    var end = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
                    let isReady = poll(&end, 1, 120_000) == 1
                    let count = isReady ? Foundation.read(descriptor, &buffer, buffer.count) : -1
                    if count == 0, text == nil { break }
                    guard count > 0 else { return continuation.resume(throwing: Silence(said: said)) }
                    said += String(decoding: buffer[..<count], as: UTF8.self)
                }
                act()
                continuation.resume(returning: said)
            }
        }
    }
}
#endif
