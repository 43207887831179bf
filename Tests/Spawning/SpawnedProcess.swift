public import Foundation

/// A child process of a test.
///
/// Not Foundation's `Process`: as of Swift 6.3 its `run()` reads beyond the end of an entry of `/proc/self/fd`, and so now and
/// then crashes a program that has more than some thousand files open, as these tests have
/// (github.com/swiftlang/swift-corelibs-foundation/pull/5472).
public struct SpawnedProcess: Sendable {
    /// How a process ended.
    public enum Ending: Hashable, Sendable {
        /// By itself, with a status.
        case exited(Int32)
        /// By a signal.
        case killed(Int32)
    }

    /// A call of the system that failed.
    public struct Failure: Error, CustomStringConvertible {
        /// The call and the system's words.
        public let description: String
    }

    /// Its number.
    public let id: pid_t

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: What comes after its name.
    ///   - environment: Its environment.
    ///   - output: The file that standard output is written to.
    ///   - errors: The file that standard error is written to; `nil` for that of this process.
    /// - Throws: ``Failure``.
    public init(
        _ path: String,
        _ arguments: [String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        output: String = "/dev/null",
        errors: String? = nil
    ) throws {
        #if canImport(Darwin)
        var (files, attributes): (posix_spawn_file_actions_t?, posix_spawnattr_t?) = (nil, nil)
        #else
        var (files, attributes) = (posix_spawn_file_actions_t(), posix_spawnattr_t())
        #endif
        posix_spawn_file_actions_init(&files)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&files)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output, O_WRONLY | O_CREAT, 0o600)
        if errors == output {
            posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO)
        } else if let errors {
            posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors, O_WRONLY | O_CREAT, 0o600)
        }
        // A thread of a test may block signals, which its child would inherit.
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var id: pid_t = 0
        let code = posix_spawn(&id, path, &files, &attributes, &words, &variables)
        guard code == 0 else {
            throw Failure(description: "\(path) could not be started: \(String(cString: strerror(code)))")
        }
        self.id = id
    }

    /// Waits until the process has ended; to be called once.
    public func wait() throws -> Ending {
        var status: Int32 = 0
        while waitpid(id, &status, 0) != id {
            guard errno == EINTR else {
                throw Failure(description: "waitpid(\(id)): \(String(cString: strerror(errno)))")
            }
        }
        // The low seven bits are the signal, the byte above them is the status (sys/wait.h).
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal)
    }

    /// The same without keeping a thread that others need.
    public func ended() async throws -> Ending {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try wait() }) }
        }
    }
}
