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

    /// What is done in this process.
    ///
    /// - Parameter snapshot: The number of the state that it is given; `nil` as long as it is not called.
    static func local(with snapshot: Int?) -> OutgoingCommand {
        OutgoingCommand(
            type: InternalCommand.local,
            destination: InternalCommand.address,
            data: StoredBytes(snapshot.map { Array(String($0).utf8) } ?? [])
        )
    }

    /// The number of the state that is given to what is done in this process.
    var snapshot: Int? { type == InternalCommand.local ? Int(data.text) : nil }

    init(type: MessageType, destination: Address, data: StoredBytes) {
        self.type = type
        self.destination = destination
        self.data = data
    }
}
