/// A type that encodes as itself, and a value of it that stands where none is known.
protocol BlankValue {
    static var blank: Self { get }
}

extension BlankValue where Self: ExpressibleByIntegerLiteral {
    static var blank: Self { 0 }
}

extension Bool: BlankValue {
    static var blank: Bool { false }
}

extension String: BlankValue {
    static var blank: String { "" }
}

extension Double: BlankValue {}
extension Float: BlankValue {}
extension Int: BlankValue {}
extension Int8: BlankValue {}
extension Int16: BlankValue {}
extension Int32: BlankValue {}
extension Int64: BlankValue {}
extension Int128: BlankValue {}
extension UInt: BlankValue {}
extension UInt8: BlankValue {}
extension UInt16: BlankValue {}
extension UInt32: BlankValue {}
extension UInt64: BlankValue {}
extension UInt128: BlankValue {}
