/// One fact about a store or a runtime that an operator can judge: its value, and whether something is to be done.
public struct Diagnostic: Hashable, Codable, Sendable {
    /// What a fact means for the operator.
    public enum Verdict: String, Hashable, Codable, Sendable, CaseIterable {
        /// As it should be.
        case ok
        /// Worth knowing; nothing has to be done now.
        case note
        /// Something has to be done.
        case problem
    }

    /// What the fact is about, such as `durability` or `outbox.dead`.
    ///
    /// Stable, for programs.
    public var name: String
    /// The value, for people.
    public var value: String
    /// What it means.
    public var verdict: Verdict
    /// What to do, as a whole sentence; `nil` when nothing.
    public var advice: String?

    /// A fact.
    public init(_ name: String, _ value: String, _ verdict: Verdict = .ok, advice: String? = nil) {
        self.name = name
        self.value = value
        self.verdict = verdict
        self.advice = advice
    }
}

/// A store that can tell about itself what `doctor` shows.
///
/// Stores whose settings matter to operators (durability, versions, file sizes) conform.
public protocol Diagnosable: Sendable {
    /// The facts, in the order in which they are to be shown.
    ///
    /// - Throws: ``StoreError`` when the store cannot be examined at all; a single finding is a
    ///   ``Diagnostic/Verdict/problem``, not an error.
    func diagnostics() async throws -> [Diagnostic]
}
