#if CLI
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// Where a command writes: results to standard output, everything else to standard error.
///
/// It is task-local, so that a test runs a command in its own process and reads what it wrote.
package struct Output: Sendable {
    private let standardOutput: @Sendable (String) -> Void
    private let standardError: @Sendable (String) -> Void
    /// How many columns the terminal behind standard output has; `nil` when it is no terminal.
    package let width: Int?
    /// Whether standard error is a terminal, so that a line on it may be drawn over.
    package let canRedraw: Bool
    /// How many columns the terminal behind standard error has; `nil` when it is no terminal.
    package let noteWidth: Int?

    package init(
        write: @escaping @Sendable (String) -> Void,
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
        write: { writeAll($0, to: STDOUT_FILENO) },
        note: { writeAll($0, to: STDERR_FILENO) },
        width: terminalWidth(of: STDOUT_FILENO),
        canRedraw: isatty(STDERR_FILENO) == 1,
        noteWidth: terminalWidth(of: STDERR_FILENO)
    )

    /// Writes text to standard output.
    package func write(_ text: String) { standardOutput(text) }

    /// Writes a table for people to standard output.
    package func write(table: TextTable) { write(table.rendered(width: width)) }

    /// Writes one JSON value and a line end to standard output.
    package func write(json: JSON) { write(json.description + "\n") }

    /// Writes text to standard error.
    package func note(_ text: String) { standardError(text) }
}

/// Unbuffered, so that nothing is lost when the process ends, and in order with what other writers write.
private func writeAll(_ text: String, to descriptor: Int32) {
    var bytes = Array(text.utf8)[...]
    while !bytes.isEmpty {
        let written = bytes.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
        if written < 0, errno == EINTR || errno == EAGAIN { continue }
        guard written > 0 else { return }
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
