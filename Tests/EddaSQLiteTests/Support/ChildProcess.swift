import Foundation
import Spawning
import Testing

/// A second process that plays a part together with a test of this one.
///
/// Not an exit test: those block a thread of the parent for as long as the child lives, and a child inherits the channels of
/// others, so two children that wait for their parent at once can starve it on a machine with two cores.
enum ChildProcess {
    private static let roleKey = "EDDA_CHILD_ROLE"
    private static let fileKey = "EDDA_CHILD_FILE"

    /// The part that this process was started to play, and the database it is to play on.
    static var role: (part: ChildPart, file: String)? {
        let environment = ProcessInfo.processInfo.environment
        guard let part = environment[roleKey].flatMap(ChildPart.init), let file = environment[fileKey] else {
            return nil
        }
        return (part, file)
    }

    /// Waits until a process has stopped itself.
    static func waitUntilStopped(_ pid: pid_t) async throws {
        while true {
            // The state follows the name, which stands in parentheses (proc(5)).
            let line = try String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)
            if line.split(separator: ")").last?.hasPrefix(" T") == true { return }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Starts the test program once more, to play a part, while `body` runs; returns when both have ended.
    ///
    /// `body` is given the number of the process.
    static func playing<Result>(
        _ part: ChildPart,
        on file: String,
        ending expected: SpawnedProcess.Ending = .exited(EXIT_SUCCESS),
        while body: (pid_t) async throws -> Result
    ) async throws -> Result {
        let process = try SpawnedProcess(
            URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().path(percentEncoded: false),
            ["--testing-library", "swift-testing", "--filter", "ChildParts"],
            environment: ProcessInfo.processInfo.environment.merging([roleKey: part.rawValue, fileKey: file]) { $1 }
        )
        let result: Result
        do {
            result = try await body(process.id)
        } catch {
            kill(process.id, SIGKILL)
            _ = try await process.ended()
            throw error
        }
        let ending = try await process.ended()
        #expect(ending == expected, "how \(part) ended")
        return result
    }
}
