import EddaTesting
import Foundation
import Testing

/// A million documents: `EDDA_JSON_DOCUMENTS=1000000 swift test --filter JSONAgreementTests`.
@Suite struct JSONAgreementTests {
    // guarantees: G14
    @Test func documentsAreReadAsFoundationReadsThem() {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["EDDA_JSON_DOCUMENTS"].flatMap { UInt64($0) } ?? 20_000
        let first = environment["EDDA_JSON_SEED"].flatMap { UInt64($0) } ?? 1
        var differences = 0
        for seed in first..<first + count {
            let comparison = JSONComparison.all[Int(seed % UInt64(JSONComparison.all.count))]
            var writer = JSONWriter(seed: seed)
            let valid = writer.document(comparison.shape)
            let documents = [valid, writer.damage(valid)]
            for document in documents {
                guard let difference = comparison.difference(document), !isKnown(document) else { continue }
                differences += 1
                let text = String(decoding: document, as: UTF8.self)
                Issue.record("seed \(seed), \(comparison.name): \(difference)\n\(text)")
            }
            if differences > 20 { break }
        }
    }

    /// Whether a document may hold a number in which Foundation is known to be wrong: an integer of 2^53 or more that is
    /// written with a fraction or an exponent, where it rounds; or `0e1`, which it refuses.
    private func isKnown(_ document: [UInt8]) -> Bool {
        document.split { !"+-.eE0123456789".utf8.contains($0) }.contains { number in
            let text = String(decoding: number, as: UTF8.self)
            let value = Double(text) ?? 0
            let hasExponent = text.contains { "eE".contains($0) }
            return value.magnitude >= 0x1p53 && (hasExponent || text.contains(".")) || value == 0 && hasExponent
        }
    }
}
