#if CLI
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

/// The folder in which one run keeps its databases.
///
/// It is locked for as long as the process lives, so that a later run can tell a folder that nobody uses any more.
struct BenchFolder: Sendable {
    private static let prefix = "edda-bench-"
    /// What the name of a folder ends in that is being removed.
    private static let goneSuffix = "-gone"

    /// Where it is.
    let path: String

    /// Makes a folder.
    ///
    /// - Throws: ``BenchFailure`` when there cannot be one.
    init(in parent: String) throws {
        let name = "\(Self.prefix)\(UUID())"
        // Another run must not see it before it is locked.
        let unlocked = "\(parent)/.\(name)"
        path = "\(parent)/\(name)"
        guard mkdir(unlocked, 0o700) == 0 else {
            throw BenchFailure("No folder can be made in \(parent): \(Self.reason). Pass another --directory.")
        }
        // Closed, and so unlocked, by the end of the process.
        if let descriptor = Self.open(unlocked) { _ = flock(descriptor, LOCK_EX | LOCK_NB) }
        guard rename(unlocked, path) == 0 else {
            let reason = Self.reason
            rmdir(unlocked)
            throw BenchFailure("No folder can be made in \(parent): \(reason). Pass another --directory.")
        }
    }

    /// Makes a folder in this one.
    func make(_ name: String) throws -> String {
        let inner = "\(path)/\(name)"
        guard mkdir(inner, 0o700) == 0 else { throw BenchFailure("\(inner) cannot be made: \(Self.reason).") }
        return inner
    }

    /// Removes it.
    ///
    /// - Returns: What is left, and why; `nil` when nothing is.
    func remove() -> String? { Self.remove(path) }

    /// Removes a folder, also while threads still create files in it.
    static func remove(_ path: String) -> String? {
        // Who creates a file by its path finds nothing there.
        let gone = path.hasSuffix(goneSuffix) ? path : path + goneSuffix
        let moved = rename(path, gone) == 0 ? gone : path
        var failure: (any Error)?
        for _ in 0..<3 {
            guard access(moved, F_OK) == 0 else { return nil }
            do { try FileManager.default.removeItem(atPath: moved) } catch { failure = error }
        }
        guard access(moved, F_OK) == 0 else { return nil }
        return "\(moved) is left over\(failure.map { ": \($0)" } ?? ""). Remove it."
    }

    /// Removes what runs have left that were killed.
    ///
    /// - Returns: What was removed, and what others must remove.
    static func sweep(_ parent: String) -> [String] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        return names.filter(isOfRun).sorted().compactMap { name in
            let path = "\(parent)/\(name)"
            guard let descriptor = open(path) else { return nil }
            defer { close(descriptor) }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { return nil }
            guard status.st_uid == geteuid() else {
                return "\(path) was left by a run of another user that was killed. Have it removed."
            }
            return remove(path) ?? "Removed \(path), which a run that was killed had left."
        }
    }

    /// Whether a run gives its folder such a name, or the folder that it is removing.
    private static func isOfRun(_ name: String) -> Bool {
        guard name.hasPrefix(prefix) else { return false }
        let rest = name.dropFirst(prefix.count)
        let id = String(rest.hasSuffix(goneSuffix) ? rest.dropLast(goneSuffix.count) : rest)
        return UUID(uuidString: id)?.uuidString == id
    }

    private static func open(_ path: String) -> Int32? {
        #if canImport(Glibc)
        let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        #elseif canImport(Musl)
        let descriptor = Musl.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        #else
        let descriptor = Darwin.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
        #endif
        return descriptor < 0 ? nil : descriptor
    }

    private static var reason: String { String(cString: strerror(errno)) }
}
#endif
