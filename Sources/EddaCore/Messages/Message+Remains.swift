extension Message {
    /// What is left of a message whose attributes cannot be read, for lists.
    ///
    /// - Parameters:
    ///   - attributes: The attributes as they were stored; those that are in order are taken over.
    ///   - destination: Where it was to go, as the store keeps it besides.
    ///   - partitionKey: Its key, as the store keeps it besides.
    ///   - data: The content.
    package init(remainsOf attributes: [UInt8], destination: String, partitionKey: String, data: [UInt8]) {
        let attributes = AttributeText.decode(attributes) ?? [:]
        self.init(
            id: attributes["id"] ?? "",
            source: attributes["source"] ?? "",
            type: attributes["type"].flatMap { MessageType(rawValue: $0) } ?? "edda.unreadable",
            destination: Address(unchecked: destination),
            time: attributes["time"].flatMap { Timestamp($0) } ?? Timestamp(microseconds: 0),
            partitionKey: partitionKey,
            idempotencyKey: attributes["idempotencykey"] ?? "",
            dataContentType: attributes["datacontenttype"],
            data: data
        )
        subject = attributes["subject"]
        correlationID = attributes["correlationid"]
        causationID = attributes["causationid"]
    }
}
