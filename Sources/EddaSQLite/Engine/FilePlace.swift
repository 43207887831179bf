internal import EddaCore

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// A path as the folder that a file is in and its name there.
struct FilePlace {
    /// As it was given; `.` when the path is a name alone.
    let folder: String
    let name: String

    init(_ path: String) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
    }

    /// The absolute paths of the folder, all links resolved, and of the file in it.
    ///
    /// - Throws: Why the folder cannot be entered, in words that name it and what was to be in it.
    func resolved(for what: String, _ code: StoreError.Code) throws(StoreError) -> (folder: String, path: String) {
        guard let real = realpath(folder, nil) else {
            throw StoreError(
                code,
                "The folder \(folder) of the \(what) \(name) cannot be entered: \(String(cString: strerror(errno))). "
                    + "Create it first."
            )
        }
        defer { free(real) }
        let absolute = String(cString: real)
        return (absolute, absolute == "/" ? "/\(name)" : "\(absolute)/\(name)")
    }
}
