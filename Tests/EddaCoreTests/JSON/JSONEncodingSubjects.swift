import EddaCore
import Foundation

/// The types that values are encoded as, in the comparison with Foundation.
enum EncodingSubjects {
    /// Every kind of number, of optional, and of what JSON has a form of its own for.
    struct Everything: Encodable {
        var zebra: Bool
        var a: Int8
        var b: Int16
        var c: Int32
        var d: Int64
        var e: Int128
        var f: UInt
        var g: UInt8
        var h: UInt16
        var i: UInt32
        var j: UInt64
        var k: UInt128
        var l: Float
        var m: Double
        var n: Decimal?
        var o: Int?
        var text: String
        var data: Data?
        var url: URL?
        var uuid: UUID?
        var date: Date?
        var time: Timestamp?
        var bytes: [UInt8]?
        var words: [String]?
        var measures: [Double]
        var optionals: [Int?]
        var small: [Int16]
        var keyed: [String: Int?]
        var numbered: [Int: String]
        var listed: [Timestamp: Float]
        var nested: [[String: [Double]]]
        var choice: [Subjects.Choice]
        var empty: [String: String] = [:]

        init(_ make: inout JSONValueMaker) {
            zebra = make.chance(0.5)
            a = make.integer(Int8.self)
            b = make.integer(Int16.self)
            c = make.integer(Int32.self)
            d = make.integer(Int64.self)
            e = make.integer(Int128.self)
            f = make.integer(UInt.self)
            g = make.integer(UInt8.self)
            h = make.integer(UInt16.self)
            i = make.integer(UInt32.self)
            j = make.integer(UInt64.self)
            k = make.integer(UInt128.self)
            l = make.float()
            m = make.double()
            n = make.maybe { $0.decimal() }
            o = make.maybe { $0.integer(Int.self) }
            text = make.text()
            data = make.maybe { $0.data() }
            url = make.maybe { $0.url() }
            uuid = make.maybe { $0.uuid() }
            date = make.maybe { $0.date() }
            time = make.maybe { $0.timestamp() }
            bytes = make.maybe { $0.list(9) { $0.integer(UInt8.self) } }
            words = make.maybe { $0.list(4) { $0.text() } }
            measures = make.list(4) { $0.double() }
            optionals = make.list(4) { $0.maybe { $0.integer(Int.self) } }
            small = make.list(4) { $0.integer(Int16.self) }
            keyed = Dictionary(make.list(40) { ($0.text(), $0.maybe { $0.integer(Int.self) }) }) { first, _ in first }
            numbered = Dictionary(make.list(6) { ($0.integer(Int.self), $0.text()) }) { first, _ in first }
            // A dictionary of more than one such key has no order that two encoders would share.
            listed = make.chance(0.5) ? [:] : [make.timestamp(): make.float()]
            nested = make.list(3) { make in [make.text(): make.list(2) { $0.double() }] }
            choice = make.list(3) { make in
                make.pick([
                    .none, .one(7), .pair(left: "l", right: nil),
                    .pair(left: "/", right: Subjects.Line(sku: "s", quantity: 1, cents: nil)),
                ])
            }
        }
    }

    /// What a value written by hand does with its containers, one after another.
    enum Step {
        case scalar(String, Int)
        case text(String, String)
        case null(String)
        case object(String, [Step])
        case array(String, [Int])
        case fork(String, [Step])
        case again(String)
        case anything(String, AnyJSON)

        static func random(_ make: inout JSONValueMaker, depth: Int = 0) -> Step {
            // Few keys, so that some come twice.
            let key =
                make.chance(0.7) ? make.pick(["b", "a", "kk", "\u{E9}", "longer key 1", "longer key 2"]) : make.text()
            switch make.count(depth > 2 ? 4 : 8) {
            case 0, 1: return .scalar(key, make.integer(Int.self))
            case 2: return .text(key, make.text())
            case 3: return .null(key)
            case 4: return .again(key)
            // Keys of their own: Foundation's encoder traps when one key gets containers of two kinds.
            case 5: return .object("o\(depth)\(make.count(2))", make.list(4) { random(&$0, depth: depth + 1) })
            case 6: return .array("l\(depth)\(make.count(2))", make.list(3) { $0.integer(Int.self) })
            case 7: return .fork("f\(depth)\(make.count(99_999))", make.list(3) { random(&$0, depth: depth + 1) })
            default: return .anything("any\(depth)", make.any(depth: 2))
            }
        }
    }

    /// Takes steps in one keyed container.
    struct Stepped: Encodable {
        var steps: [Step]

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: JSONAnyKey.self)
            try Self.take(steps, in: &container)
            // Asked for again, it is the same container.
            var again = encoder.container(keyedBy: JSONAnyKey.self)
            try again.encode("end", forKey: JSONAnyKey("~"))
        }

        static func take(_ steps: [Step], in container: inout KeyedEncodingContainer<JSONAnyKey>) throws {
            for step in steps {
                switch step {
                case .scalar(let key, let value): try container.encode(value, forKey: JSONAnyKey(key))
                case .text(let key, let value): try container.encode(value, forKey: JSONAnyKey(key))
                case .null(let key): try container.encodeNil(forKey: JSONAnyKey(key))
                case .object(let key, let inner):
                    var first = container.nestedContainer(keyedBy: JSONAnyKey.self, forKey: JSONAnyKey(key))
                    // Both are filled by turns.
                    try container.encode(inner.count, forKey: JSONAnyKey("count"))
                    try take(inner, in: &first)
                case .array(let key, let values):
                    var list = container.nestedUnkeyedContainer(forKey: JSONAnyKey(key))
                    for value in values {
                        try list.encode(value)
                        try list.encodeNil()
                    }
                    var inner = list.nestedContainer(keyedBy: JSONAnyKey.self)
                    try inner.encode(list.count, forKey: JSONAnyKey("n"))
                    var more = list.nestedUnkeyedContainer()
                    try more.encode(contentsOf: values)
                case .fork(let key, let inner):
                    try Stepped(steps: inner).encode(to: container.superEncoder(forKey: JSONAnyKey(key)))
                    _ = container.superEncoder()
                case .again(let key): try container.encode(key, forKey: JSONAnyKey(key))
                case .anything(let key, let value): try container.encode(value, forKey: JSONAnyKey(key))
                }
            }
        }
    }

    /// Throws after it has written something.
    struct HalfWritten: Encodable {
        struct Refusal: Error {}
        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: JSONAnyKey.self)
            try container.encode(1, forKey: JSONAnyKey("half"))
            throw Refusal()
        }
    }

    /// Encodes nothing.
    struct Nothing: Encodable {
        func encode(to encoder: any Encoder) throws {}
    }

    class Base: Encodable {
        var name = "base"
    }

    /// Its superclass below a key of its own.
    final class Derived: Base {
        var extra = 3
        private enum CodingKeys: String, CodingKey { case extra }
        override func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: CodingKeys.self)
            try super.encode(to: container.superEncoder())
            try container.encode(extra, forKey: .extra)
        }
    }

    /// Its superclass in the same object.
    final class Beside: Base {
        var extra = 3
        private enum CodingKeys: String, CodingKey { case extra }
        override func encode(to encoder: any Encoder) throws {
            try super.encode(to: encoder)
            var container = encoder.container(keyedBy: CodingKeys.self)
            try container.encode(extra, forKey: .extra)
        }
    }
}

/// A key of any text.
struct JSONAnyKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(_ text: String) { stringValue = text }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
