import Edda
import Foundation
import Testing

@Suite struct ArticleTests {
    /// Every block of Swift in an article stands, line by line, in a file of this target, so it compiles.
    @Test(arguments: ["AppendingAndConditions", "Aggregates"])
    func theCodeOfAnArticleCompiles(article: String) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        let root = folder.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Sources/Edda/Edda.docc/\(article).md"), encoding: .utf8)
        let source = try lines(String(contentsOf: folder.appending(path: "\(article)Code.swift"), encoding: .utf8))
        let blocks = text.components(separatedBy: "```swift\n").dropFirst()
            .map { lines($0.components(separatedBy: "```")[0]) }
        #expect(blocks.count >= 4)
        for block in blocks {
            let isThere = source.indices.contains { source[$0...].starts(with: block) }
            #expect(isThere, "The block that begins with \"\(block.first ?? "")\" is not in \(article)Code.swift.")
        }
    }

    @Test func whatTheArticlesShowWorks() async throws {
        let folder = try TemporaryFolder()
        let store = try await AggregatesCode.open(folder.file("test.db"))
        let enough = Array(repeating: AggregatesCode.Deposited(cents: 1_000), count: 7)
        try await store.append(enough, to: "account-1")
        try await store.append(enough, to: "account-2")
        try await store.append(enough, to: "account-7")

        try await AppendingAndConditionsCode.appendings(store)
        try await AppendingAndConditionsCode.transfer(store)
        try await AppendingAndConditionsCode.claim(store)
        await #expect(throws: AppendConflict.self) { try await AppendingAndConditionsCode.claim(store) }
        let course = AppendingAndConditionsCode.CourseDefined(course: "algebra", seats: 1)
        try await store.append([course], to: "course-algebra")
        for _ in 1...2 { try await AppendingAndConditionsCode.enrol(store) }
        try await #expect(store.state(of: "course-algebra") == .version(2))
        for _ in 1...3 { try await AppendingAndConditionsCode.invoice(store) }
        try await #expect(store.state(of: "invoice-3") == .version(1))
        try await store.write { _ = try $0.execute("CREATE TABLE audit (who, what)") }
        try await AppendingAndConditionsCode.unit(store, user: "ada")
        try await #expect(store.read { try $0.rows("SELECT * FROM audit").count } == 1)

        try await AggregatesCode.update(store)
        let states = try await AggregatesCode.lookBack(store, closing: Timestamp(microseconds: 0))
        #expect(states.map(\.state.balance) == [6_500, 7_000, 0])
        await store.close()
    }

    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
