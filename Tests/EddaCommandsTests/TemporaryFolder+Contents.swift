import EddaTesting
import Foundation

extension TemporaryFolder {
    func contents() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
}
