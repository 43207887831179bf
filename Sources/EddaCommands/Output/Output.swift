#if CLI
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif
internal import Synchronization

/// Where a command writes: results to standard output, everything else to standard error.
///
/// It is task-local, so that a test runs a command in its own process and reads what it wrote.
package struct Output: Sendable {
    private let standardOutput: @Sendable (String) throws(OutputFailure) -> Void
    private let standardError: @Sendable (String) -> Void
    /// How many columns the terminal behind standard output has; `nil` when it is no terminal.
    package let width: Int?
    /// Whether standard error is a terminal, so that a line on it may be drawn over.
    package let canRedraw: Bool
    /// How many columns the terminal behind standard error has; `nil` when it is no terminal.
    package let noteWidth: Int?
    private let loss = Loss()

    package init(
        write: @escaping @Sendable (String) throws(OutputFailure) -> Void,
        note: @escaping @Sendable (String) -> Void,
        width: Int? = nil,
        canRedraw: Bool = false,
        noteWidth: Int? = nil
    ) {
        standardOutput = write
        standardError = note
        self.width = width
        self.canRedraw = canRedraw
        self.noteWidth = noteWidth
    }

    /// The output of the running command.
    @TaskLocal package static var current = Output.standard

    /// The streams of this process.
    package static let standard = Output(
        write: writer(to: STDOUT_FILENO),
        note: { try? writeAll($0, to: STDERR_FILENO) },
        width: terminalWidth(of: STDOUT_FILENO),
        canRedraw: isatty(STDERR_FILENO) == 1,
        noteWidth: terminalWidth(of: STDERR_FILENO)
    )

    /// What writes to an open file of this process.
    package static func writer(to descriptor: Int32) -> @Sendable (String) throws(OutputFailure) -> Void {
        { text throws(OutputFailure) in try writeAll(text, to: descriptor) }
    }

    /// Why results are missing; `nil` when all were written.
    package var failure: OutputFailure? { loss.failure.withLock(\.self) }

    /// Ends a command whose results cannot be written.
    ///
    /// - Throws: ``OutputFailure``, the first there was.
    package func requireWritten() throws(OutputFailure) {
        if let failure { throw failure }
    }

    /// Writes text to standard output; nothing any more once that has failed, since it would follow a gap.
    package func write(_ text: String) {
        guard failure == nil else { return }
        do {
            try standardOutput(text)
        } catch {
            loss.failure.withLock { $0 = $0 ?? error }
        }
    }

    /// Writes a table for people to standard output.
    package func write(table: TextTable) { write(table.rendered(width: width)) }

    /// Writes one JSON value and a line end to standard output.
    package func write(json: JSON) { write(json.description + "\n") }

    /// Writes text to standard error.
    package func note(_ text: String) { standardError(text) }
}

/// Results could not be written: the disk is full, say.
package struct OutputFailure: Error, CustomStringConvertible {
    package let description: String

    /// - Parameter code: The number that the system gave for the reason.
    init(code: Int32) {
        description = "The output could not be written: \(String(cString: strerror(code)))."
    }
}

/// The first failure of an output, which its copies share.
private final class Loss: Sendable {
    let failure = Mutex<OutputFailure?>(nil)
}

/// Unbuffered, so that nothing is lost when the process ends, and in order with what other writers write.
///
/// A reader who has gone wants no more, and is no failure: it ends the process by SIGPIPE, unless that is ignored.
private func writeAll(_ text: String, to descriptor: Int32) throws(OutputFailure) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
        let code = written < 0 ? errno : EIO
        if written < 0, code == EINTR || code == EAGAIN { continue }
        if written < 0, code == EPIPE { return }
        guard written > 0 else { throw OutputFailure(code: code) }
        bytes = bytes.dropFirst(written)
    }
}

private func systemWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, start, count)
}

private func terminalWidth(of descriptor: Int32) -> Int? {
    guard isatty(descriptor) == 1 else { return nil }
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
}
#endif
