internal import EddaCore

#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// A folder of its own for one test, removed with the value.
package final class TemporaryFolder: Sendable {
    package let path: String

    /// A new folder, below `parent` or where temporary files are.
    package init(under parent: String? = nil) throws {
        path = (parent.map { URL(filePath: $0) } ?? FileManager.default.temporaryDirectory)
            .appending(path: "edda-\(EventID.generate())").path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of a file in it.
    package func file(_ name: String = "test.db") -> String { "\(path)/\(name)" }
}
