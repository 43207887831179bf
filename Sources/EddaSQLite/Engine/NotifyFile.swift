#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The file beside the database that a writer touches after each commit, and that other processes watch.
///
/// Watching the WAL itself would wake them before the commit is visible.
final class NotifyFile {
    private let descriptor: Int32

    /// Opens or creates the file; a file that cannot be opened only costs other processes their wake-up.
    init(path: String) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Wakes those who watch.
    func touch() {
        guard descriptor >= 0 else { return }
        var mark = UInt8(ascii: ".")
        _ = pwrite(descriptor, &mark, 1, 0)
    }
}
