/// A part of a state that does not decode while a test says so.
struct Readable: Codable, Sendable, Equatable {
    @TaskLocal static var isBroken = false

    struct Problem: Error {}

    init() {}

    init(from decoder: any Decoder) throws {
        if Self.isBroken { throw Problem() }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(true)
    }
}
