internal import CSQLite

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A VFS (sqlite.org/vfs.html) through which the writer's write-ahead log is written in large pieces.
///
/// SQLite writes a frame of the log in two calls, its header and its page, and a commit is at least half a dozen frames.
/// Here what is written one behind the other is collected, and goes to the file in one call: before the log is synced, read,
/// measured or cut, and when there is much of it. All other files are those of the VFS below.
///
/// It is for a connection with `synchronous = FULL` only. There SQLite syncs the log with each commit before it makes the
/// commit visible (`sqlite3WalFrames` writes and syncs, then `walIndexWriteHdr` publishes), so nobody looks for a frame that is
/// not in the file. Frames that are lost with the process are frames of a transaction that was not committed. Frames of a
/// transaction that is taken back have to be forgotten, see ``forget()``: another process may write where they were to stand.
final class LogVFS {
    /// The name under which connections are opened.
    let name: String
    private let vfs: UnsafeMutablePointer<sqlite3_vfs>
    private let ground: UnsafeMutablePointer<Ground>

    /// What all calls of SQLite find at hand.
    private struct Ground {
        let below: UnsafeMutablePointer<sqlite3_vfs>
        /// The log while it is open; a connection has one.
        var log: UnsafeMutablePointer<sqlite3_file>?
    }

    /// What SQLite is given for an open log: these fields, then the file of the VFS below.
    private struct File {
        var base: sqlite3_file
        let ground: UnsafeMutablePointer<Ground>
        /// Whether nothing is collected.
        var isDirect = false
        /// Whether bytes that were collected could not be written, so that the transaction must not be committed.
        var isLossy = false
        /// Bytes that are to be written to the file from `start` on.
        var bytes: UnsafeMutableRawPointer?
        var count = 0
        var capacity = 0
        var start: sqlite3_int64 = 0
    }

    /// So many bytes are written at once at most: SQLite's own VFS for Unix takes fewer than 128 KiB (`seekAndWriteFd`).
    private static let limit = 120_000

    /// `SQLITE_IOERR_WRITE`, which is too much of an expression to be imported.
    private static let writeError = SQLITE_IOERR | 3 << 8

    private typealias Opened = UnsafeMutablePointer<sqlite3_file>

    /// A VFS above another one, which outlives it.
    ///
    /// - Parameter below: The name of the other; `nil` for the system's.
    /// - Returns: `nil` when there is no such VFS.
    init?(above below: String?) {
        guard let real = sqlite3_vfs_find(below) else { return nil }
        ground = .allocate(capacity: 1)
        ground.initialize(to: Ground(below: real, log: nil))
        vfs = .allocate(capacity: 1)
        name = "edda-log-\(UInt(bitPattern: vfs))"
        vfs.initialize(to: sqlite3_vfs())
        vfs.pointee.iVersion = 2
        vfs.pointee.szOsFile = Int32(Self.headSize) + real.pointee.szOsFile
        vfs.pointee.mxPathname = real.pointee.mxPathname
        vfs.pointee.zName = UnsafePointer(strdup(name))
        vfs.pointee.pAppData = UnsafeMutableRawPointer(ground)
        Self.forward(vfs)
        vfs.pointee.xOpen = { vfs, path, file, flags, out in
            guard let ground = LogVFS.ground(vfs), let file else { return SQLITE_CANTOPEN }
            let real = ground.pointee.below
            guard flags & SQLITE_OPEN_WAL != 0 else { return real.pointee.xOpen(real, path, file, flags, out) }
            UnsafeMutableRawPointer(file).initializeMemory(
                as: File.self,
                to: File(base: sqlite3_file(pMethods: nil), ground: ground)
            )
            let log = LogVFS.real(file)
            log.pointee.pMethods = nil
            let code = real.pointee.xOpen(real, path, log, flags, out)
            // A file with methods is closed, also when it could not be opened (sqlite.org/c3ref/io_methods.html).
            if let methods = log.pointee.pMethods {
                // Without it SQLite fills up sectors, and writes the end of the last frame after the sync.
                let powersafe = code == SQLITE_OK ? methods.pointee.xDeviceCharacteristics(log) : 0
                LogVFS.state(file).pointee.isDirect = powersafe & SQLITE_IOCAP_POWERSAFE_OVERWRITE == 0
                file.pointee.pMethods = LogVFS.methods
                ground.pointee.log = file
            }
            return code
        }
        sqlite3_vfs_register(vfs, 0)
    }

    /// Called when no connection is open that was opened under the name.
    deinit {
        sqlite3_vfs_unregister(vfs)
        free(UnsafeMutableRawPointer(mutating: vfs.pointee.zName))
        vfs.deallocate()
        ground.deallocate()
    }

    /// Forgets what was collected; to be called whenever a transaction is taken back (sqlite.org/c3ref/commit_hook.html).
    ///
    /// A transaction that outgrew the cache has had frames written. When it is taken back, the lock goes to other processes,
    /// whose frames stand where those should have stood.
    func forget() {
        guard let log = ground.pointee.log else { return }
        Self.state(log).pointee.count = 0
        Self.state(log).pointee.isLossy = false
    }

    private static func below(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> UnsafeMutablePointer<sqlite3_vfs>? {
        ground(vfs)?.pointee.below
    }

    private static func ground(_ vfs: UnsafeMutablePointer<sqlite3_vfs>?) -> UnsafeMutablePointer<Ground>? {
        vfs?.pointee.pAppData?.assumingMemoryBound(to: Ground.self)
    }

    /// Has all that is no log done by the VFS below.
    ///
    /// Extensions, which Edda does not load, it offers none.
    private static func forward(_ vfs: UnsafeMutablePointer<sqlite3_vfs>) {
        vfs.pointee.xDelete = { vfs, path, sync in
            guard let real = LogVFS.below(vfs) else { return SQLITE_IOERR }
            return real.pointee.xDelete(real, path, sync)
        }
        vfs.pointee.xAccess = { vfs, path, flags, result in
            guard let real = LogVFS.below(vfs) else { return SQLITE_IOERR }
            return real.pointee.xAccess(real, path, flags, result)
        }
        vfs.pointee.xFullPathname = { vfs, path, count, result in
            guard let real = LogVFS.below(vfs) else { return SQLITE_CANTOPEN }
            return real.pointee.xFullPathname(real, path, count, result)
        }
        vfs.pointee.xRandomness = { vfs, count, result in
            LogVFS.below(vfs).map { $0.pointee.xRandomness($0, count, result) } ?? 0
        }
        vfs.pointee.xSleep = { vfs, microseconds in
            LogVFS.below(vfs).map { $0.pointee.xSleep($0, microseconds) } ?? 0
        }
        vfs.pointee.xCurrentTime = { vfs, result in
            LogVFS.below(vfs).map { $0.pointee.xCurrentTime($0, result) } ?? SQLITE_ERROR
        }
        vfs.pointee.xCurrentTimeInt64 = { vfs, result in
            LogVFS.below(vfs).map { $0.pointee.xCurrentTimeInt64($0, result) } ?? SQLITE_ERROR
        }
        vfs.pointee.xGetLastError = { vfs, count, result in
            LogVFS.below(vfs).map { $0.pointee.xGetLastError($0, count, result) } ?? 0
        }
    }

    // MARK: The log

    /// Where the file of the VFS below begins.
    private static let headSize = (MemoryLayout<File>.size + 15) & ~15

    private static func real(_ file: Opened) -> Opened {
        (UnsafeMutableRawPointer(file) + headSize).assumingMemoryBound(to: sqlite3_file.self)
    }

    private static func state(_ file: Opened) -> UnsafeMutablePointer<File> {
        UnsafeMutableRawPointer(file).assumingMemoryBound(to: File.self)
    }

    /// Takes bytes to be written.
    private static func collect(
        _ file: Opened,
        _ bytes: UnsafeRawPointer,
        _ count: Int,
        _ offset: sqlite3_int64
    ) -> Int32 {
        let state = state(file)
        if state.pointee.isLossy { return writeError }
        let isBehind = offset == state.pointee.start + sqlite3_int64(state.pointee.count)
        if state.pointee.count > 0, !isBehind || state.pointee.count + count > limit {
            let code = write(file)
            guard code == SQLITE_OK else { return code }
        }
        if state.pointee.count == 0 { state.pointee.start = offset }
        let needed = state.pointee.count + count
        if needed > state.pointee.capacity {
            let capacity = max(needed, min(state.pointee.capacity * 2, limit), 1 << 15)
            guard let larger = realloc(state.pointee.bytes, capacity) else { return SQLITE_NOMEM }
            state.pointee.bytes = larger
            state.pointee.capacity = capacity
        }
        state.pointee.bytes?.advanced(by: state.pointee.count).copyMemory(from: bytes, byteCount: count)
        state.pointee.count = needed
        return SQLITE_OK
    }

    /// Writes what was collected.
    ///
    /// What cannot be written is lost, and its transaction with it: everything fails until that is taken back. The statement
    /// that meets the error need not be the one that wrote, and its end need not be the transaction's
    /// (sqlite.org/lang_transaction.html, section 3).
    private static func write(_ file: Opened) -> Int32 {
        let state = state(file)
        if state.pointee.isLossy { return writeError }
        guard state.pointee.count > 0, let bytes = state.pointee.bytes else { return SQLITE_OK }
        let count = state.pointee.count
        state.pointee.count = 0
        let real = real(file)
        let code = real.pointee.pMethods.pointee.xWrite(real, bytes, Int32(count), state.pointee.start)
        state.pointee.isLossy = code != SQLITE_OK
        return code
    }

    /// Writes what was collected, then has `next` done by the VFS below.
    private static func written(
        _ file: Opened?,
        _ next: (Opened, UnsafePointer<sqlite3_io_methods>) -> Int32
    ) -> Int32 {
        guard let file, let methods = real(file).pointee.pMethods else { return SQLITE_IOERR }
        let code = write(file)
        return code == SQLITE_OK ? next(real(file), methods) : code
    }

    /// Has something done by the VFS below that what was collected does not matter to.
    private static func passed(
        _ file: Opened?,
        _ next: (Opened, UnsafePointer<sqlite3_io_methods>) -> Int32
    ) -> Int32 {
        guard let file, let methods = real(file).pointee.pMethods else { return SQLITE_IOERR }
        return next(real(file), methods)
    }

    /// The methods of a log, for as long as the process runs; without shared memory, which is the database's.
    ///
    /// `nonisolated(unsafe)`: it is not changed once it is made.
    nonisolated(unsafe) private static let methods: UnsafePointer<sqlite3_io_methods> = {
        let methods = UnsafeMutablePointer<sqlite3_io_methods>.allocate(capacity: 1)
        methods.initialize(to: sqlite3_io_methods())
        methods.pointee.iVersion = 1
        methods.pointee.xClose = { file in
            guard let file else { return SQLITE_IOERR }
            LogVFS.state(file).pointee.ground.pointee.log = nil
            // What is left is of a transaction that was not committed.
            free(LogVFS.state(file).pointee.bytes)
            LogVFS.state(file).pointee.bytes = nil
            return LogVFS.passed(file) { $1.pointee.xClose($0) }
        }
        methods.pointee.xRead = { file, bytes, count, offset in
            LogVFS.written(file) { $1.pointee.xRead($0, bytes, count, offset) }
        }
        methods.pointee.xWrite = { file, bytes, count, offset in
            guard let file, let bytes else { return SQLITE_IOERR }
            if LogVFS.state(file).pointee.isDirect {
                return LogVFS.passed(file) { $1.pointee.xWrite($0, bytes, count, offset) }
            }
            return LogVFS.collect(file, bytes, Int(count), offset)
        }
        methods.pointee.xTruncate = { file, size in LogVFS.written(file) { $1.pointee.xTruncate($0, size) } }
        methods.pointee.xSync = { file, flags in LogVFS.written(file) { $1.pointee.xSync($0, flags) } }
        methods.pointee.xFileSize = { file, size in LogVFS.written(file) { $1.pointee.xFileSize($0, size) } }
        methods.pointee.xLock = { file, level in LogVFS.passed(file) { $1.pointee.xLock($0, level) } }
        methods.pointee.xUnlock = { file, level in LogVFS.passed(file) { $1.pointee.xUnlock($0, level) } }
        methods.pointee.xCheckReservedLock = { file, result in
            LogVFS.passed(file) { $1.pointee.xCheckReservedLock($0, result) }
        }
        methods.pointee.xFileControl = { file, operation, argument in
            LogVFS.passed(file) { $1.pointee.xFileControl($0, operation, argument) }
        }
        methods.pointee.xSectorSize = { file in LogVFS.passed(file) { $1.pointee.xSectorSize($0) } }
        methods.pointee.xDeviceCharacteristics = { file in
            LogVFS.passed(file) { $1.pointee.xDeviceCharacteristics($0) }
        }
        return UnsafePointer(methods)
    }()
}
