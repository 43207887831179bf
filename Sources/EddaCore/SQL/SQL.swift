/// One SQL statement whose values are bound, never spliced.
///
/// ```swift
/// try context.execute("UPDATE \(orders) SET total = \(event.total) WHERE order_id = \(context.key)")
/// ```
///
/// An interpolated value becomes a bound parameter. A name that is only known when the statement runs (the physical
/// table of a projection) is interpolated by its own type.
public struct SQL: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// A piece of a statement.
    public enum Segment: Hashable, Sendable {
        /// SQL text, as written.
        case text(String)
        /// A value to bind.
        case value(SQLValue)
        /// A name to resolve when the statement runs.
        case name(String)
    }

    /// The pieces, in order.
    public let segments: [Segment]

    /// A statement from pieces.
    public init(segments: [Segment]) { self.segments = segments }

    /// A statement without values.
    public init(stringLiteral value: String) { segments = [.text(value)] }

    /// A statement with values.
    public init(stringInterpolation: StringInterpolation) { segments = stringInterpolation.segments }

    /// Collects the pieces of a statement.
    public struct StringInterpolation: StringInterpolationProtocol, Sendable {
        var segments: [Segment] = []

        /// Prepares for a literal with so many interpolations.
        public init(literalCapacity: Int, interpolationCount: Int) {
            segments.reserveCapacity(interpolationCount * 2 + 1)
        }

        /// Adds SQL text.
        public mutating func appendLiteral(_ literal: String) {
            if !literal.isEmpty { segments.append(.text(literal)) }
        }

        /// Adds a value to bind.
        public mutating func appendInterpolation(_ value: some SQLConvertible) {
            segments.append(.value(value.sqlValue))
        }

        /// Adds a value to bind; `nil` is NULL.
        public mutating func appendInterpolation<Value: SQLConvertible>(_ value: Value?) {
            segments.append(.value(value.sqlValue))
        }

        /// Adds a name to resolve when the statement runs.
        public mutating func appendInterpolation(name: String) {
            segments.append(.name(name))
        }
    }

    /// The statement with `?` for every value, its names resolved and quoted.
    ///
    /// - Throws: What `resolve` throws for a name it does not know.
    public func rendered(resolving resolve: (String) throws -> String) rethrows -> (text: String, values: [SQLValue]) {
        var text = ""
        var values: [SQLValue] = []
        for segment in segments {
            switch segment {
            case .text(let part): text += part
            case .value(let value):
                text += "?"
                values.append(value)
            case .name(let name): text += Self.quoted(try resolve(name))
            }
        }
        return (text, values)
    }

    /// The name in double quotes, for use as an identifier.
    public static func quoted(_ name: String) -> String {
        var quoted = "\""
        for character in name.unicodeScalars {
            if character == "\"" { quoted += "\"" }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }
}
