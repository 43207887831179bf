#if CLI
internal import EddaCommands
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A second process of this program, with a pipe to its input and one from its output.
///
/// Confined to the task that started it.
final class BenchChild {
    private let id: pid_t
    private let input: Int32
    private let output: Int32

    /// What could not be done, and why.
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Starts this program with other arguments.
    init(_ arguments: [String]) throws {
        var (toChild, fromChild): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&toChild) == 0, pipe(&fromChild) == 0 else { throw Failure(description: "No pipe to a child.") }
        #if os(Linux)
        var actions = posix_spawn_file_actions_t()
        let program = "/proc/self/exe"
        #else
        var actions: posix_spawn_file_actions_t?
        let program = CommandLine.arguments[0]
        #endif
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, toChild[0], 0)
        posix_spawn_file_actions_adddup2(&actions, fromChild[1], 1)
        for end in toChild + fromChild { posix_spawn_file_actions_addclose(&actions, end) }
        var strings = ([CommandLine.arguments[0]] + arguments).map { strdup($0) }
        strings.append(nil)
        defer { for string in strings { free(string) } }
        var id = pid_t()
        let code = posix_spawn(&id, program, &actions, nil, strings, environ)
        close(toChild[0])
        close(fromChild[1])
        (input, output, self.id) = (toChild[1], fromChild[0], id)
        guard code == 0 else { throw Failure(description: "The second process did not start (error \(code)).") }
    }

    /// Ends the child by closing its input, and waits for it.
    deinit {
        close(input)
        close(output)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Lets the child go on.
    func signal() throws {
        var byte: UInt8 = 1
        guard write(input, &byte, 1) == 1 else { throw Failure(description: "The second process has ended.") }
    }

    /// Waits for what the child has to say: eight bytes.
    func receive() throws -> Int64 {
        var value: Int64 = 0
        var count = 0
        while count < 8 {
            let read = withUnsafeMutableBytes(of: &value) { Self.read(output, $0.baseAddress! + count, 8 - count) }
            guard read > 0 else { throw Failure(description: "The second process ended before its time.") }
            count += read
        }
        return value
    }

    private static func read(_ file: Int32, _ target: UnsafeMutableRawPointer, _ count: Int) -> Int {
        #if canImport(Glibc)
        Glibc.read(file, target, count)
        #elseif canImport(Musl)
        Musl.read(file, target, count)
        #else
        Darwin.read(file, target, count)
        #endif
    }

    /// In the child: waits until the parent lets it go on; `false` when it has gone.
    static func isSignalled() -> Bool {
        var byte: UInt8 = 0
        return read(0, &byte, 1) == 1
    }

    /// In the child: tells the parent a number.
    static func send(_ value: Int64) {
        var value = value
        _ = withUnsafeBytes(of: &value) { write(1, $0.baseAddress!, 8) }
    }

    /// Nanoseconds on a clock that all processes of the machine share.
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
#endif
