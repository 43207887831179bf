import EddaCore
import Foundation

/// The types that documents are decoded as, in the comparison with Foundation.
enum Subjects {
    struct Line: Codable, Equatable {
        var sku: String
        var quantity: Int
        var cents: Int?
    }

    struct Placed: Codable, Equatable {
        struct Address: Codable, Equatable {
            var street: String
            var zip: String?
        }
        enum Channel: String, Codable { case web, shop }

        var zebra: Bool
        var customer: String
        var total: Int
        var note: String?
        var placedAt: Date
        var address: Address?
        var lines: [Line]
        var channel: Channel
        var weight: Double
    }

    struct Numbers: Codable, Equatable {
        var a: Int8?
        var b: Int16?
        var c: Int32?
        var d: Int64?
        var e: Int128?
        var f: UInt?
        var g: UInt8?
        var h: UInt16?
        var i: UInt32?
        var j: UInt64?
        var k: UInt128?
        var l: Float?
        var m: Double?
        var n: Decimal?
        var o: Int?
    }

    /// Values by number; none if two keys, such as `0` and `-0`, are texts of one number: which of them counts rests on the
    /// order of a hash table in Foundation.
    struct IntegerKeys: Decodable, Equatable {
        let values: [Int: String]

        init(from decoder: any Decoder) throws {
            let texts = try [String: String](from: decoder)
            let values = try [Int: String](from: decoder)
            self.values = texts.count == values.count ? values : [:]
        }
    }

    struct Special: Codable, Equatable {
        var data: Data?
        var url: URL?
        var uuid: UUID?
        var date: Date?
        var time: Timestamp?
        var stream: StreamID?
        var bytes: [UInt8]?
        var words: [String]?
        var measures: [Double]?
    }

    enum Choice: Codable, Equatable {
        case none
        case one(Int)
        case pair(left: String, right: Line?)
    }

    class Base: Codable {
        var name: String
    }

    final class Derived: Base, Equatable, CustomStringConvertible {
        let extra: Int
        private enum CodingKeys: String, CodingKey { case extra }
        required init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            extra = try container.decode(Int.self, forKey: .extra)
            try super.init(from: container.superDecoder())
        }
        static func == (left: Derived, right: Derived) -> Bool { left.description == right.description }
        var description: String { "\(name) \(extra)" }
    }

    /// Reads containers by hand: nested ones, unkeyed ones, nulls, all keys, optional elements, a decoder for an element.
    struct ByHand: Decodable, Equatable {
        var parts: [String] = []
        private enum Keys: String, CodingKey { case list, inner, flag, missing }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Keys.self)
            parts.append(container.allKeys.map(\.rawValue).sorted().joined(separator: ","))
            parts.append("\(container.contains(.flag)) \(decoder.codingPath.count)")
            if container.contains(.flag) { parts.append("\(try container.decodeNil(forKey: .flag))") }
            let inner = try container.nestedContainer(keyedBy: Keys.self, forKey: .inner)
            parts.append("\(try inner.decodeIfPresent(Bool.self, forKey: .flag) as Any)")
            parts.append(inner.codingPath.map(\.stringValue).joined(separator: "/"))
            var list = try container.nestedUnkeyedContainer(forKey: .list)
            while !list.isAtEnd, parts.count < 40 {
                if try list.decodeNil() {
                    parts.append("null \(list.currentIndex) of \(list.count ?? -1)")
                } else if let number = try? list.decode(Int.self) {
                    parts.append("number \(number)")
                } else if let text = try? list.decodeIfPresent(String.self) {
                    parts.append("text \(text)")
                } else if var nested = try? list.nestedUnkeyedContainer() {
                    parts.append("list \(nested.count ?? -1) \(nested.codingPath.map(\.stringValue))")
                    parts.append("\(try nested.decodeIfPresent(Bool.self) as Any) \(nested.currentIndex)")
                } else if let keyed = try? list.nestedContainer(keyedBy: Keys.self) {
                    parts.append("object \(keyed.allKeys.count)")
                } else {
                    let decoder = try list.superDecoder()
                    parts.append("decoder \(decoder.codingPath.map(\.stringValue))")
                    parts.append("\(try decoder.singleValueContainer().decode(Bool.self))")
                }
            }
            parts.append("end \(list.currentIndex)")
            let absent = try container.superDecoder(forKey: .missing).singleValueContainer()
            parts.append("\(absent.decodeNil()) \(absent.codingPath.map(\.stringValue))")
        }
    }

    /// Keys that are equal to others only by canonical equivalence, or are unusual.
    struct UnusualKeys: Codable, Equatable {
        enum CodingKeys: String, CodingKey {
            case composed = "\u{E9}"
            case decomposed = "a\u{301}"
            case kelvin = "\u{212A}"
            case plain = "K"
            case empty = ""
            case control = "a\n\u{0}"
            case quoted = "\"\\/"
        }
        var composed: Int?
        var decomposed: Int?
        var kelvin: Int?
        var plain: Int?
        var empty: Int?
        var control: Int?
        var quoted: Int?
    }
}

/// Any document, as far as Swift's number types hold it.
enum AnyJSON: Codable, Equatable, CustomStringConvertible {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([AnyJSON])
    case object([String: AnyJSON])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try Self.unlessMismatch({ try container.decode(Bool.self) }) {
            self = .bool(value)
        } else if let value = try Self.unlessMismatch({ try container.decode(String.self) }) {
            self = .string(value)
        } else if let value = try Self.unlessMismatch({ try container.decode(Double.self) }) {
            self = .number(value)
        } else if let value = try Self.unlessMismatch({ try decoder.unkeyedContainer() }) {
            var (rest, elements) = (value, [AnyJSON]())
            while !rest.isAtEnd { elements.append(try rest.decode(AnyJSON.self)) }
            self = .array(elements)
        } else {
            self = .object(try container.decode([String: AnyJSON].self))
        }
    }

    private static func unlessMismatch<T>(_ body: () throws -> T) throws -> T? {
        do { return try body() } catch DecodingError.typeMismatch { return nil }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }

    /// Tells apart what `==` does not: minus zero, and strings that are only canonically equivalent.
    var description: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "\(Array(value.utf8))"
        case .array(let value): "\(value)"
        case .object(let value):
            "\(value.map { "\(Array($0.key.utf8)): \($0.value)" }.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })"
        }
    }
}
