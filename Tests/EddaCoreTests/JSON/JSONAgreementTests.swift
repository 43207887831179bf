import EddaTesting
import Foundation
import Testing

/// A million documents: `EDDA_JSON_DOCUMENTS=1000000 swift test -c release --filter JSONAgreementTests`.
@Suite struct JSONAgreementTests {
    // guarantees: G14
    @Test func documentsAreReadAsFoundationReadsThem() {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["EDDA_JSON_DOCUMENTS"].flatMap { UInt64($0) } ?? 20_000
        let first = environment["EDDA_JSON_SEED"].flatMap { UInt64($0) } ?? 1
        var (differences, excused) = (0, 0)
        for seed in first..<first + count {
            // Runs of one kind, so that its keys are known when the later ones are read.
            let comparison = JSONComparison.all[Int(seed / 40) % JSONComparison.all.count]
            var writer = JSONWriter(seed: seed)
            let valid = writer.document(comparison.shape)
            for document in [valid, writer.damage(valid)] {
                guard let difference = comparison.difference(document) else { continue }
                let ordinary = OddNumbers.replaced(in: document)
                if ordinary != document, comparison.difference(ordinary) == nil {
                    excused += 1
                    continue
                }
                differences += 1
                let text = String(decoding: document, as: UTF8.self)
                Issue.record("seed \(seed), \(comparison.name): \(difference)\n\(text)")
            }
            if differences > 20 { break }
        }
        #expect(excused <= count / 50, "\(excused) documents of \(count) hold numbers that Foundation reads otherwise.")
    }

    @Test(arguments: [
        ("[1e999]", "[1e999]"), ("[true]", "[true]"), (#"{"date":1}"#, #"{"date":1}"#), ("[1e-400]", "[1e-400]"),
        ("[0e1,-0.0E5,0.0]", "[7,7,0.0]"), ("[9007199254740993.0]", "[7]"),
        ("[9007199254740993]", "[9007199254740993]"),
        (#"["0e1","\"0e1"]"#, #"["0e1","\"0e1"]"#), ("[1e20,1.5e3]", "[7,1.5e3]"),
    ])
    func onlyOddNumbersAreExcused(document: String, ordinary: String) {
        #expect(OddNumbers.replaced(in: Array(document.utf8)) == Array(ordinary.utf8))
    }
}

/// The numbers in which Foundation is known to be wrong, or to differ from one type to another: an integer of 2^53 or more
/// that is written with a fraction or an exponent, where it rounds; and a zero with an exponent, which it refuses.
enum OddNumbers {
    /// A document with a 7 in place of each such number.
    static func replaced(in document: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var isInString = false
        var place = 0
        while place < document.count {
            let byte = document[place]
            if isInString, byte == UInt8(ascii: "\\"), place + 1 < document.count {
                result += document[place...place + 1]
                place += 2
                continue
            }
            if byte == UInt8(ascii: "\"") { isInString.toggle() }
            let number = isInString ? [] : document[place...].prefix { "+-.eE0123456789".utf8.contains($0) }
            guard let first = number.first, "-0123456789".utf8.contains(first) else {
                result.append(byte)
                place += 1
                continue
            }
            result += isOdd(String(decoding: number, as: UTF8.self)) ? [UInt8(ascii: "7")] : Array(number)
            place += number.count
        }
        return result
    }

    private static func isOdd(_ text: String) -> Bool {
        let pattern = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/
        guard let match = text.wholeMatch(of: pattern), match.1 != nil || match.2 != nil else { return false }
        let digits = text.prefix { $0 != "e" && $0 != "E" }
        if digits.allSatisfy({ "-0.".contains($0) }) { return match.2 != nil }
        guard let value = Double(text), value.isFinite else { return false }
        return value.magnitude >= 0x1p53
    }
}
