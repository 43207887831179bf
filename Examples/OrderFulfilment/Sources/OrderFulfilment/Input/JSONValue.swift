import Foundation

/// JSON of any shape, so that a field of the wrong type can be named instead of failing its whole line.
enum JSONValue: Decodable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int64.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// What the value is, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .integer(let value): "\(value)"
        case .number(let value): "\(value)"
        case .string(let value): "the text \"\(value.prefix(40))\""
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The fields of one JSON object; each complaint names its field.
struct Fields {
    /// What is wrong with a line of input.
    struct Complaint: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    private let values: [String: JSONValue]
    private let place: String

    /// The object in `value`; `place` stands before the names of fields in messages.
    init(_ value: JSONValue, place: String = "") throws(Complaint) {
        guard case .object(let values) = value else {
            throw Complaint("\(place.isEmpty ? "the line" : place) is to be an object, found \(value.kind)")
        }
        self.values = values
        self.place = place.isEmpty ? "" : "\(place): "
    }

    func text(_ name: String) throws(Complaint) -> String {
        guard let text = try optionalText(name) else { throw Complaint("\(place)\"\(name)\" is missing") }
        guard !text.isEmpty else { throw Complaint("\(place)\"\(name)\" is empty") }
        return text
    }

    func optionalText(_ name: String) throws(Complaint) -> String? {
        switch values[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some(let other): throw Complaint("\(place)\"\(name)\" is to be a text, found \(other.kind)")
        }
    }

    /// A whole number of at least `least`.
    func integer(_ name: String, atLeast least: Int64) throws(Complaint) -> Int64 {
        switch values[name] {
        case nil, .null:
            throw Complaint("\(place)\"\(name)\" is missing")
        case .integer(let number):
            guard number >= least else {
                throw Complaint("\(place)\"\(name)\" is \(number), the least is \(least)")
            }
            return number
        case .number(let number) where abs(number) >= 9.2e18:
            throw Complaint("\(place)\"\(name)\" is too large: \(number)")
        case .some(let other):
            throw Complaint("\(place)\"\(name)\" is to be a whole number, found \(other.kind)")
        }
    }

    func array(_ name: String) throws(Complaint) -> [JSONValue] {
        switch values[name] {
        case nil, .null: throw Complaint("\(place)\"\(name)\" is missing")
        case .array(let values): return values
        case .some(let other): throw Complaint("\(place)\"\(name)\" is to be an array, found \(other.kind)")
        }
    }
}
