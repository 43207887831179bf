public import EddaCore

extension SQLiteStore: Verifiable {
    /// Compares everything in the database with everything else that must agree with it, and changes nothing.
    ///
    /// It reads page by page, each in a short transaction of its own. Events never change once they are there, so what a
    /// page was found to be stays true; and a transaction that stayed open would keep the write-ahead log from being
    /// moved into the database, which then grows for as long as the verification takes. Only SQLite's own examinations,
    /// `foreign_key_check` and `integrity_check` (sqlite.org/pragma.html), are one statement and so one transaction
    /// each: the writer goes on meanwhile, and its log grows by what it writes. To verify a very large database without
    /// that, verify a backup of it.
    ///
    /// - Parameter progress: Called after each page.
    /// - Throws: ``StoreError`` when the database cannot be read at all; `CancellationError`.
    public func verify(progress: @Sendable (VerificationProgress) -> Void) async throws -> Verification {
        let head = try await readers.read { try $0.head() }
        var verification = Verification(head: head)
        for part in VerificationParts.all(upTo: head) {
            var page: (any VerificationPart)? = part
            while let present = page {
                try Task.checkCancellation()
                progress(VerificationProgress(part: present.name, done: present.done, total: present.total))
                let outcome: VerificationPage
                do {
                    outcome = try await readers.read { try present.page(in: $0) }
                } catch let error as StoreError where error.code == .corrupt {
                    verification.add(
                        Finding(
                            "readable",
                            "The \(present.name) cannot be read: \(error.description)",
                            advice: "What follows there was not verified."
                        )
                    )
                    break
                }
                for finding in outcome.findings { verification.add(finding) }
                verification.events += outcome.events
                verification.holes += outcome.holes
                page = outcome.next
            }
        }
        return verification
    }
}
