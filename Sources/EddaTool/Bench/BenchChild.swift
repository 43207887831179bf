#if CLI
internal import Dispatch
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
final class BenchChild: Sendable {
    /// What the child has to say, a line each.
    enum Report: Hashable, Sendable {
        /// It can begin.
        case ready
        /// It has appended: from when to when.
        case appended(began: Int64, returned: Int64)
        /// It cannot go on.
        case failed(String)

        var line: String {
            switch self {
            case .ready: "ready"
            case .appended(let began, let returned): "appended \(began) \(returned)"
            case .failed(let reason): "failed " + reason.split(whereSeparator: \.isNewline).joined(separator: " ")
            }
        }

        /// What a line says; `nil` when nothing that is known.
        init?(line: Substring) {
            let words = line.split(separator: " ", maxSplits: 1)
            let numbers = words.dropFirst().first?.split(separator: " ").compactMap { Int64($0) } ?? []
            switch words.first {
            case "ready": self = .ready
            case "appended" where numbers.count == 2: self = .appended(began: numbers[0], returned: numbers[1])
            case "failed": self = .failed(words.dropFirst().first.map(String.init) ?? "without a word")
            default: return nil
            }
        }
    }

    /// What it says, until it ends.
    let reports: AsyncStream<Report>

    private let id: pid_t
    private let input: Int32
    /// Set by `init` alone, and cancelled by `deinit`.
    nonisolated(unsafe) private let reading: any DispatchSourceRead

    /// Starts this program with other arguments.
    init(_ arguments: [String]) throws {
        var (toChild, fromChild): ([Int32], [Int32]) = ([0, 0], [0, 0])
        guard pipe(&toChild) == 0 else { throw BenchFailure("There is no pipe to a second process.") }
        guard pipe(&fromChild) == 0 else {
            for end in toChild { close(end) }
            throw BenchFailure("There is no pipe from a second process.")
        }
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
        guard code == 0 else {
            close(toChild[1])
            close(fromChild[0])
            throw BenchFailure("The second process did not start: \(String(cString: strerror(code))).")
        }
        (input, self.id) = (toChild[1], id)
        (reports, reading) = Self.read(fromChild[0])
    }

    /// Ends the child, whatever it is at, and waits for it: its database goes as well.
    deinit {
        reading.cancel()
        close(input)
        kill(id, SIGKILL)
        var status: Int32 = 0
        waitpid(id, &status, 0)
    }

    /// Lets the child go on; if it has ended, ``reports`` ends, too.
    func signal() {
        var byte: UInt8 = 1
        _ = write(input, &byte, 1)
    }

    /// Reads lines until the other end is closed, on no thread of its own.
    private static func read(_ file: Int32) -> (AsyncStream<Report>, any DispatchSourceRead) {
        let (reports, continuation) = AsyncStream.makeStream(of: Report.self)
        let source = DispatchSource.makeReadSource(fileDescriptor: file, queue: .global())
        let lines = Lines()
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4_096)
            let count = read(file, &buffer, buffer.count)
            if count > 0 { return lines.add(buffer[..<count]) { continuation.yield($0) } }
            source.cancel()
        }
        source.setCancelHandler {
            continuation.finish()
            close(file)
        }
        source.resume()
        return (reports, source)
    }

    /// What has come of a line.
    ///
    /// Used by the handler of one source, which never runs twice at a time.
    private final class Lines: @unchecked Sendable {
        private var rest: [UInt8] = []

        func add(_ bytes: ArraySlice<UInt8>, _ report: (Report) -> Void) {
            rest += bytes
            while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: rest[..<end], as: UTF8.self)
                rest.removeSubrange(...end)
                if let said = Report(line: line[...]) { report(said) }
            }
        }
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

    /// In the child: tells the parent.
    static func tell(_ report: Report) { Output.standard.write(report.line + "\n") }

    /// Nanoseconds on a clock that all processes of the machine share.
    static func nanoseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
#endif
