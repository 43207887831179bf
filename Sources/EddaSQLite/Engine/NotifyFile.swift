#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The file beside the database that a writer writes after each commit, and that other processes watch.
///
/// Watching the WAL itself would wake them before the commit is visible. What is written is the ``LogMark`` of the
/// commit, so that it costs no call of its own.
final class NotifyFile {
    private let descriptor: Int32

    /// Opens or creates the file.
    ///
    /// A file that cannot be opened only costs other processes their wake-up, and a restoration to be noticed.
    init(path: String) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// What the file says; `nil` when it says nothing.
    func read() -> LogMark? { Self.read(descriptor) }

    /// What the file at a path says; `nil` when it is not there or says nothing.
    static func read(path: String) -> LogMark? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { close(descriptor) } }
        return read(descriptor)
    }

    private static func read(_ descriptor: Int32) -> LogMark? {
        guard descriptor >= 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? LogMark(Array(bytes.prefix(count))) : nil
    }

    /// Writes all of a mark, and wakes those who watch.
    func begin(_ mark: LogMark) {
        guard descriptor >= 0 else { return }
        let lines = mark.lines
        guard pwrite(descriptor, lines, lines.count, 0) == lines.count else { return }
        _ = ftruncate(descriptor, off_t(lines.count))
    }

    /// Writes the line of a commit, and wakes those who watch.
    func touch(generation: Int64, head: Int64) {
        guard descriptor >= 0 else { return }
        let line = LogMark(generation: generation, head: head).line
        _ = pwrite(descriptor, line, line.count, 0)
    }
}
