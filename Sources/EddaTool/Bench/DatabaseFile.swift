#if CLI
#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The file of a database that nobody in this process has open in SQLite.
///
/// To close a file lets go of all of the process's locks on it (sqlite.org/howtocorrupt.html, section 2.2).
enum DatabaseFile {
    /// Waits until everything that was written to it is on the disk.
    static func sync(_ path: String) throws {
        try reading(path) { file in
            guard fsync(file) == 0 else { throw BenchFailure("\(path) cannot be synced (error \(errno)).") }
        }
    }

    /// Reads it from end to end, so that the system has it in memory, as far as it fits in there.
    static func readIn(_ path: String) throws {
        try reading(path) { file in
            var buffer = [UInt8](repeating: 0, count: 1 << 20)
            while true {
                let count = read(file, &buffer, buffer.count)
                if count == 0 { return }
                guard count > 0 else { throw BenchFailure("\(path) cannot be read (error \(errno)).") }
            }
        }
    }

    /// How many bytes it has.
    static func size(of path: String) throws -> Int {
        try reading(path) { file in
            let size = lseek(file, 0, SEEK_END)
            guard size >= 0 else { throw BenchFailure("\(path) has no size (error \(errno)).") }
            return Int(size)
        }
    }

    private static func reading<Result>(_ path: String, _ body: (Int32) throws -> Result) throws -> Result {
        let file = open(path, O_RDONLY)
        guard file >= 0 else { throw BenchFailure("\(path) cannot be opened (error \(errno)).") }
        defer { close(file) }
        return try body(file)
    }
}
#endif
