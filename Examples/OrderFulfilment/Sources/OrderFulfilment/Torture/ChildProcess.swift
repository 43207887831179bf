import Foundation
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A process of this program.
final class ChildProcess: Sendable {
    /// How a process ended.
    enum Ending: Hashable, Sendable {
        /// By itself, with a status.
        case exited(Int32)
        /// By a signal.
        case killed(Int32)
    }

    /// A call of the system that failed.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Its number.
    let id: pid_t
    private let found = Mutex<Ending?>(nil)

    /// Starts a program; what it writes is appended to two files.
    ///
    /// - Throws: ``Failure``.
    init(_ path: String, _ arguments: [String], output: String, errors: String) throws {
        #if canImport(Darwin)
        var files: posix_spawn_file_actions_t?
        #else
        var files = posix_spawn_file_actions_t()
        #endif
        posix_spawn_file_actions_init(&files)
        defer { posix_spawn_file_actions_destroy(&files) }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        for (descriptor, path) in [(STDOUT_FILENO, output), (STDERR_FILENO, errors)] {
            posix_spawn_file_actions_addopen(&files, descriptor, path, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        }
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = ProcessInfo.processInfo.environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &files, nil, &words, &variables)
        guard code == 0 else {
            throw Failure(description: "\(path) could not be started: \(String(cString: strerror(code)))")
        }
        self.id = id
    }

    /// How it ended; `nil` as long as it has not.
    var ending: Ending? {
        found.withLock { found in
            if let found { return found }
            var status: Int32 = 0
            guard waitpid(id, &status, WNOHANG) == id else { return nil }
            found = status & 0x7F == 0 ? .exited((status >> 8) & 0xFF) : .killed(status & 0x7F)
            return found
        }
    }

    /// Sends it a signal, unless it has ended: its number may be another's then.
    func signal(_ signal: Int32) {
        guard ending == nil else { return }
        kill(id, signal)
    }

    /// Waits until it has ended, at most so long.
    ///
    /// - Returns: How it ended; `nil` when it has not.
    func ending(within limit: Duration) async throws -> Ending? {
        let clock = ContinuousClock()
        let deadline = clock.now + limit
        while clock.now < deadline {
            if let ending { return ending }
            try await Task.sleep(for: .milliseconds(4))
        }
        return ending
    }

    /// Kills it and waits until it is gone.
    func end() async throws {
        signal(SIGKILL)
        while ending == nil { try await Task.sleep(for: .milliseconds(4)) }
    }
}
