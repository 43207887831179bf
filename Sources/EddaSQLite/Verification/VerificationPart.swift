internal import EddaCore

/// One of the things that a verification goes through, and how far it is.
///
/// A value: a page takes a part and returns the part that is left.
protocol VerificationPart: Sendable {
    /// What is gone through, in the plural.
    var name: String { get }
    /// How many of them are done, and how many there are.
    var done: Int { get }
    var total: Int { get }

    /// Verifies the next page.
    func page(in transaction: SQLiteReadTransaction) throws -> VerificationPage
}

/// What a page of a verification has found, and what is left to do.
struct VerificationPage {
    var findings: [Finding] = []
    var events = 0
    var holes = 0
    /// `nil` when all of the part is done.
    var next: (any VerificationPart)?

    mutating func find(_ check: String, _ problem: String, _ advice: String) {
        findings.append(Finding(check, problem, advice: advice))
    }
}
