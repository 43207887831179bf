#if CLI
#if canImport(FoundationEssentials)
internal import FoundationEssentials
#else
internal import Foundation
#endif

/// The bytes of an argument, or of the file that it names after an `@`.
///
/// - Parameter what: What the bytes are, for the message when the file cannot be read.
func argumentOrFile(_ argument: String, _ what: String) throws -> [UInt8] {
    guard argument.hasPrefix("@") else { return Array(argument.utf8) }
    let path = String(argument.dropFirst())
    do {
        return Array(try Data(contentsOf: URL(filePath: path)))
    } catch {
        throw CommandError("The file \(path) with \(what) cannot be read: \(error)")
    }
}
#endif
