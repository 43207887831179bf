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

/// The file system on which a run writes.
struct BenchDisk {
    /// A folder on it.
    let path: String

    /// How many bytes this user may still write; `nil` when the system does not say.
    var available: Int64? {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return nil }
        return Int64(status.f_bavail) * Int64(status.f_frsize)
    }

    /// The kind of a file system that is memory, such as `tmpfs`; `nil` where it is a disk, or not known.
    var memoryKind: String? {
        guard let mounts = try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8),
            let resolved = realpath(path, nil)
        else { return nil }
        defer { free(resolved) }
        let kind = Self.kind(of: String(cString: resolved), mounts: mounts)
        return kind.flatMap { ["tmpfs", "ramfs"].contains($0) ? $0 : nil }
    }

    /// The kind of the file system that a path is on, from what `/proc/self/mounts` says (proc(5)).
    static func kind(of path: String, mounts: String) -> String? {
        var found: (point: Substring, kind: Substring)?
        for line in mounts.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 2 else { continue }
            let point = words[1]
            guard point == "/" || path == point || path.hasPrefix(point + "/") else { continue }
            // The last of several on one folder is the one that is seen.
            if found.map({ point.count >= $0.point.count }) ?? true { found = (point, words[2]) }
        }
        return (found?.kind).map(String.init)
    }

    /// Fails unless files can be made there.
    func requireFolder() throws {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder else {
            throw BenchFailure("\(path) is no folder. Make it, or pass another --directory.")
        }
        guard access(path, W_OK | X_OK) == 0 else {
            throw BenchFailure(
                "\(path) cannot be written to: \(String(cString: strerror(errno))). Pass another --directory."
            )
        }
    }

    /// Fails unless there is room for what is about to be written.
    func requireRoom(for bytes: Int64, of workload: String) throws {
        guard let available, available < bytes else { return }
        throw BenchFailure(
            """
            \(workload) needs about \(Self.text(bytes)) in \(path), where \(Self.text(available)) are free. Pass a \
            --directory with more room, or name other workloads.
            """
        )
    }

    /// `850 MB`, `4.2 GB`.
    static func text(_ bytes: Int64) -> String {
        let megabytes = (bytes + 500_000) / 1_000_000
        guard megabytes >= 1_000 else { return "\(megabytes) MB" }
        return "\(megabytes / 1_000).\(megabytes % 1_000 / 100) GB"
    }
}
#endif
