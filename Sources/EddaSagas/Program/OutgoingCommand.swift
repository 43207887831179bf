package import EddaCore

/// A command as it is sent: encoded, its Swift type forgotten.
package struct OutgoingCommand: Codable, Hashable, Sendable {
    /// The wire name.
    package let type: MessageType
    /// The participant that executes it.
    package let destination: Address
    /// The encoded command.
    package let data: StoredBytes

    init<C: Command>(_ command: C, schema: SchemaRegistry) throws {
        type = C.commandType
        destination = C.destination
        data = StoredBytes(try schema.encode(command))
    }

    init(type: MessageType, destination: Address, data: StoredBytes) {
        self.type = type
        self.destination = destination
        self.data = data
    }
}
