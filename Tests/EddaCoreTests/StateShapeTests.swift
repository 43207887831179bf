import Foundation
import Testing

@testable import EddaCore

@Suite struct StateShapeTests {
    private static func properties<State: Codable>(_ state: State) -> [String] {
        StateShape.properties(of: State.self, initially: state)
    }

    @Test func namesAndTypesOfPropertiesAreSeenNestedOnesToo() {
        struct Line: Codable {
            var article: String
            var count: Int
        }
        struct Order: Codable {
            var total = 0
            var note: String?
            var lines: [Line] = []
            var byName: [String: Line] = [:]
            var byNumber: [Int: Line] = [:]
            var pairs: [Line?] = []
            var first: Line?
            var open = true
        }
        #expect(
            Self.properties(Order()) == [
                ".byName.0.article: String", ".byName.0.count: Int", ".byName.0: Line",
                ".byName: Dictionary<String, Line>",
                ".byNumber.0.article: String", ".byNumber.0.count: Int", ".byNumber.0: Line",
                ".byNumber: Dictionary<Int, Line>",
                ".first.article: String", ".first.count: Int", ".first: Line", ".first: Optional<Line>",
                ".lines: Array<Line>", ".lines[].article: String", ".lines[].count: Int", ".lines[]: Line",
                ".note: Optional<String>", ".note: String", ".open: Bool",
                ".pairs: Array<Optional<Line>>", ".pairs[].article: String", ".pairs[].count: Int",
                ".pairs[]: Line", ".pairs[]: Optional<Line>", ".total: Int",
            ]
        )
    }

    @Test func enumerationsAreSeenByTheirInitialCaseElseByName() {
        enum Status: String, Codable {
            case open, closed
        }
        enum Payment: Codable {
            case none
            case card(number: String)
        }
        struct Order: Codable {
            var status = Status.open
            var earlier: [Status] = []
            var payment = Payment.card(number: "1")
            var other: Payment?
        }
        #expect(
            Self.properties(Order()) == [
                ".earlier: Array<Status>", ".earlier[]: Status", ".earlier[]: String",
                ".other: Optional<Payment>", ".other: Payment",
                ".payment.card.number: String", ".payment: Payment", ".status: Status", ".status: String",
            ]
        )
    }

    @Test func typesThatHoldThemselvesAndTypesOfFoundationCome() {
        struct Tree: Codable {
            var name = ""
            var children: [Tree] = []
        }
        struct Record: Codable {
            var at = Date(timeIntervalSince1970: 0)
            var id = UUID()
            var link: URL?
            var bytes = Data()
            var tree: [Tree] = []
        }
        let properties = Self.properties(Record())
        for expected in [
            ".at: Date", ".bytes: Data", ".id: UUID", ".link: URL", ".tree[].children: Array<Tree>",
            ".tree[].name: String",
        ] { #expect(properties.contains(expected), "\(expected) in \(properties)") }
    }

    @Test func anotherTypeAnotherNameAndAnotherDepthAreOtherShapes() {
        struct A: Codable { var inner = Inner(); struct Inner: Codable { var x = 0 } }
        struct B: Codable { var inner = Inner(); struct Inner: Codable { var x: Int64 = 0 } }
        struct C: Codable { var inner = Inner(); struct Inner: Codable { var y = 0 } }
        struct D: Codable { var inner = Inner(); struct Inner: Codable { var x: Int? = 0 } }
        let shapes = [Self.properties(A()), Self.properties(B()), Self.properties(C()), Self.properties(D())]
        #expect(Set(shapes).count == 4, "\(shapes)")
        #expect(Self.properties(A()) == shapes[0])
    }
}
