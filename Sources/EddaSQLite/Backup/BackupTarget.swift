internal import EddaCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// The file that a backup becomes, and the one beside it in which it is made.
///
/// The latter is held by `flock` while it is made, so that of two backups to one path one is refused, and what a killed
/// process left behind can be told from what another one writes.
struct BackupTarget {
    let path: String
    let folder: String
    let replacing: Bool
    let source: String
    let descriptor: Int32

    var partial: String { Self.partial(path) }

    private static func partial(_ path: String) -> String { path + ".edda-partial" }

    init(_ given: String, replacing: Bool, source: String) throws(StoreError) {
        (folder, path) = try Self.resolve(given)
        self.replacing = replacing
        self.source = source
        for file in [path, Self.partial(path)] { try Self.refuse(file, of: source) }
        try Self.refuseTaken(path, replacing: replacing)
        descriptor = try Self.claim(Self.partial(path))
    }

    private static func resolve(_ given: String) throws(StoreError) -> (folder: String, path: String) {
        guard !given.utf8.contains(0) else {
            throw StoreError(.invalidArgument, "The path of the backup holds the character U+0000, where it would end.")
        }
        let place = FilePlace(given)
        guard !place.name.isEmpty, place.name != ".", place.name != ".." else {
            throw StoreError(.invalidArgument, "\"\(given)\" is no path of a file to make a backup in.")
        }
        return try place.resolved(for: "backup", .invalidArgument)
    }

    /// Refuses the database itself and the files that belong to it.
    private static func refuse(_ path: String, of source: String) throws(StoreError) {
        var (own, other) = (stat(), stat())
        let isThere = stat(path, &other) == 0
        for suffix in ["", "-wal", "-shm", "-journal", ".lock", ".lock.next", ".notify"] {
            let file = source + suffix
            let isSame = isThere && stat(file, &own) == 0 && own.st_ino == other.st_ino && own.st_dev == other.st_dev
            guard path == file || isSame else { continue }
            let what = suffix.isEmpty ? "is the database itself" : "belongs to the database \(source)"
            throw StoreError(.invalidArgument, "\(path) \(what). Choose another path for the backup.")
        }
    }

    /// Refuses a path at which something is that must stay.
    private static func refuseTaken(_ path: String, replacing: Bool) throws(StoreError) {
        var status = stat()
        if lstat(path, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFLNK else {
                throw StoreError(
                    .invalidArgument,
                    "\(path) is no file, so no backup can take its place. Choose another path."
                )
            }
            guard replacing else { throw taken(path) }
        }
        // Such a file would be taken for the new database's own, and what it holds be written into that
        // (sqlite.org/howtocorrupt.html, section 1.4).
        for suffix in ["-wal", "-shm", "-journal"] where lstat(path + suffix, &status) == 0 {
            throw StoreError(
                .invalidArgument,
                "\(path + suffix) is there: a program uses, or has used, a database at \(path). Choose another path, or "
                    + "remove that file when no program has the database open."
            )
        }
    }

    private static func taken(_ path: String) -> StoreError {
        StoreError(
            .invalidArgument,
            "\(path) is there already, and nothing was changed. Choose another path, or have it replaced: --force, "
                + "replacing: true."
        )
    }

    /// Opens the file in which the backup is made, empty, and holds it.
    private static func claim(_ partial: String) throws(StoreError) -> Int32 {
        while true {
            let descriptor = open(partial, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
            guard descriptor >= 0 else { throw failure("made", partial) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw StoreError(.locked, "Another backup is being written to \(partial). Wait for its end.")
            }
            // Between opening and holding it the file may have been finished and renamed by another process.
            var (held, there) = (stat(), stat())
            guard fstat(descriptor, &held) == 0, stat(partial, &there) == 0, held.st_ino == there.st_ino else {
                close(descriptor)
                continue
            }
            // What a killed backup has left is empty, or begins as every database does (sqlite.org/fileformat.html, 1.3),
            // or with nothing, since the first page is written last.
            var start = [UInt8](repeating: 0, count: 16)
            let count = pread(descriptor, &start, start.count, 0)
            guard count == 0 || start.allSatisfy({ $0 == 0 }) || start == Array("SQLite format 3".utf8) + [0] else {
                close(descriptor)
                throw StoreError(
                    .invalidArgument,
                    "\(partial), where the backup would be made, is there and is no backup. Move it away, or choose another "
                        + "path."
                )
            }
            guard ftruncate(descriptor, 0) == 0 else {
                defer { close(descriptor) }
                throw failure("emptied", partial)
            }
            for suffix in ["-wal", "-shm", "-journal"] { unlink(partial + suffix) }
            return descriptor
        }
    }

    /// Syncs the finished file, gives it its name, and syncs the folder.
    ///
    /// Nobody but this process has the file open in SQLite, and its connections are closed, so its descriptor may be used.
    func publish() throws(StoreError) {
        var status = stat()
        if stat(source, &status) == 0 { fchmod(descriptor, status.st_mode & 0o777) }
        guard fsync(descriptor) == 0 else { throw Self.failure("synced", partial) }
        try Self.refuseTaken(path, replacing: replacing)
        try giveName()
        let folderDescriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { return }
        defer { close(folderDescriptor) }
        // Some file systems cannot sync a folder, and need not.
        guard fsync(folderDescriptor) == 0 || errno == EINVAL else { throw Self.failure("synced", folder) }
    }

    /// Replaces what is there only when it may.
    private func giveName() throws(StoreError) {
        if !replacing {
            if link(partial, path) == 0 {
                unlink(partial)
                return
            }
            if errno == EEXIST { throw Self.taken(path) }
            // Some file systems know no links.
        }
        guard rename(partial, path) == 0 else { throw Self.failure("renamed to \(path)", partial) }
    }

    /// Removes what was made so far.
    func discard() {
        unlink(partial)
        for suffix in ["-wal", "-shm", "-journal"] { unlink(partial + suffix) }
    }

    /// Lets go of the file.
    func release() { close(descriptor) }

    /// The size of the finished file.
    var size: Int64 {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Int64(status.st_size) : 0
    }

    private static func failure(_ what: String, _ path: String) -> StoreError {
        let code: StoreError.Code = errno == ENOSPC ? .diskFull : .ioError
        return StoreError(code, "\(path) cannot be \(what): \(String(cString: strerror(errno))).")
    }
}
