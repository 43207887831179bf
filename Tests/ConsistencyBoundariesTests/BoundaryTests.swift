import Edda
import EddaTesting
import Foundation
import Testing

@testable import ConsistencyBoundaries

/// The examples, each under a crowd of callers who want the same thing at once.
///
/// acceptance: 17; guarantees: G4
@Suite struct BoundaryTests {
    enum Kind: CaseIterable {
        case inMemory
        case sqlite
    }

    /// Runs `body` on a fresh store.
    private func withStore(_ kind: Kind, _ body: (any Store) async throws -> Void) async throws {
        switch kind {
        case .inMemory: try await body(InMemoryStore())
        case .sqlite:
            let folder = FileManager.default.temporaryDirectory.appending(path: "edda-boundaries-\(UUID())")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(at: folder) }
            let store = try await SQLiteStore(path: folder.appending(path: "store.db").path(percentEncoded: false))
            do {
                try await body(store)
            } catch {
                await store.close()
                throw error
            }
            await store.close()
        }
    }

    /// Runs `body` for 1...count at once, and counts what came of it.
    private func crowd(
        _ count: Int,
        _ body: @escaping @Sendable (Int) async throws -> Bool
    ) async throws -> (done: Int, refused: [Rejection]) {
        try await withThrowingTaskGroup(of: Result<Bool, Rejection>.self) { group in
            for number in 1...count {
                group.addTask {
                    do { return .success(try await body(number)) } catch let error as Rejection {
                        return .failure(error)
                    }
                }
            }
            var done = 0
            var refused: [Rejection] = []
            for try await result in group {
                switch result {
                case .success(let isDone): done += isDone ? 1 : 0
                case .failure(let rejection): refused.append(rejection)
                }
            }
            return (done, refused)
        }
    }

    @Test(arguments: Kind.allCases)
    func aCourseFillsUpToItsLastSeatAndNoFurther(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            let courses = Courses(store: store)
            try await courses.define("algebra", seats: 7)
            let (done, refused) = try await crowd(20) {
                try await courses.enrol("s\($0)", in: "algebra")
                return true
            }
            #expect(done == 7)
            #expect(refused.count == 13 && refused.allSatisfy { $0.code == "course.full" })
            let page = try await store.events(matching: EventQuery(events: StudentEnrolled.self))
            #expect(page.events.count == 7)
        }
    }

    @Test(arguments: Kind.allCases)
    func aStudentTakesNoMoreCoursesThanAllowedAndEachOnce(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            let courses = Courses(store: store)
            for number in 1...8 { try await courses.define("c\(number)", seats: 100) }
            let (done, refused) = try await crowd(16) {
                try await courses.enrol("ada", in: "c\(($0 + 1) / 2)")
                return true
            }
            let enrolled = try await store.events(matching: EventQuery(tags: ["student:ada"])).events.count
            #expect(enrolled == Courses.coursesPerStudent)
            #expect(done + refused.count == 16)
            #expect(refused.allSatisfy { $0.code == "student.has-enough" })
        }
    }

    @Test func anUnknownCourseTakesNobody() async throws {
        let courses = Courses(store: InMemoryStore())
        await #expect(throws: Rejection("course.unknown")) { try await courses.enrol("ada", in: "alchemy") }
    }

    @Test(arguments: Kind.allCases)
    func aNameHasOneOwnerUntilItIsReleased(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            let names = UserNames(store: store)
            let (done, refused) = try await crowd(12) {
                try await names.claim($0.isMultiple(of: 2) ? "ada" : "Ada", for: "a\($0)")
                return true
            }
            #expect(done == 1 && refused.allSatisfy { $0.code == "user-name.taken" })
            let last = try await store.lastEvent(matching: EventQuery(events: NameClaimed.self))
            let claimed = try #require(last)
            let owner = try store.schema.decode(NameClaimed.self, from: claimed).account
            await #expect(throws: Rejection("user-name.not-yours")) { try await names.release("ada", by: "somebody") }
            try await names.release("ada", by: owner)
            try await names.claim("ada", for: "later")
            await #expect(throws: Rejection("user-name.taken")) { try await names.claim("ada", for: owner) }
        }
    }

    @Test(arguments: Kind.allCases)
    func invoicesAreNumberedWithoutAGap(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            let invoices = Invoices(store: store)
            let (done, refused) = try await crowd(30) { number in
                // Every third is refused, every order is asked for twice.
                try await invoices.issue(for: "order-\(number % 15)", cents: number % 3 == 0 ? 0 : 100)
                return true
            }
            #expect(done == 20 && refused.count == 10)
            let events = try await store.events(matching: EventQuery(events: InvoiceIssued.self)).events
            let numbers = try events.map { try store.schema.decode(InvoiceIssued.self, from: $0).number }
            #expect(numbers == Array(1...10))
        }
    }

    @Test(arguments: Kind.allCases)
    func aTokenOpensOnce(_ kind: Kind) async throws {
        try await withStore(kind) { store in
            let tokens = Tokens(store: store)
            try await tokens.issue("t1")
            let (done, _) = try await crowd(10) { _ in try await tokens.use("t1") }
            #expect(done == 1)
            #expect(try await !tokens.use("t1"))
            #expect(try await !tokens.use("never-issued"))
        }
    }
}
