extension Message {
    /// All attributes by their CloudEvents names, as a transport puts them into headers.
    ///
    /// The data is not among them.
    public var attributes: [String: String] {
        var attributes = [
            "specversion": "1.0",
            "id": id,
            "source": source,
            "type": type.rawValue,
            "destination": destination.rawValue,
            "time": time.description,
            "partitionkey": partitionKey,
            "idempotencykey": idempotencyKey,
        ]
        attributes["subject"] = subject
        attributes["datacontenttype"] = dataContentType
        attributes["dataschema"] = dataSchema
        attributes["traceparent"] = traceParent
        attributes["tracestate"] = traceState
        attributes["correlationid"] = correlationID
        attributes["causationid"] = causationID
        attributes["replyto"] = replyTo?.rawValue
        attributes["deadline"] = deadline?.description
        attributes["compensates"] = compensates
        attributes["withdrawal"] = isWithdrawal ? "true" : nil
        attributes["firstsent"] = firstSent?.description
        attributes["outcome"] = outcome
        return attributes
    }

    /// Reads a message from attributes and data.
    ///
    /// Attributes that Edda does not know are passed over.
    ///
    /// - Throws: ``MessageError`` that names the attribute which is missing or malformed.
    public init(attributes: [String: String], data: [UInt8]) throws(MessageError) {
        func required(_ name: String) throws(MessageError) -> String {
            guard let value = attributes[name] else { throw MessageError(attribute: name, problem: "is missing") }
            return value
        }
        func name<N: Name>(_ type: N.Type, _ attribute: String) throws(MessageError) -> N {
            let text = try required(attribute)
            do {
                return try N(validating: text)
            } catch {
                throw MessageError(attribute: attribute, problem: "is malformed: \(error)")
            }
        }
        func time(_ attribute: String) throws(MessageError) -> Timestamp? {
            guard let text = attributes[attribute] else { return nil }
            guard let time = Timestamp(text) else {
                throw MessageError(attribute: attribute, problem: "is no RFC 3339 time in UTC: \"\(text)\"")
            }
            return time
        }
        func flag(_ attribute: String) throws(MessageError) -> Bool {
            guard let text = attributes[attribute] else { return false }
            guard let flag = Bool(text) else {
                throw MessageError(attribute: attribute, problem: "is neither true nor false: \"\(text)\"")
            }
            return flag
        }
        guard try required("specversion") == "1.0" else {
            throw MessageError(attribute: "specversion", problem: "is not 1.0")
        }
        guard let sent = try time("time") else { throw MessageError(attribute: "time", problem: "is missing") }
        self.init(
            id: try required("id"),
            source: try required("source"),
            type: try name(MessageType.self, "type"),
            destination: try name(Address.self, "destination"),
            time: sent,
            partitionKey: try required("partitionkey"),
            idempotencyKey: try required("idempotencykey"),
            dataContentType: attributes["datacontenttype"],
            data: data
        )
        subject = attributes["subject"]
        dataSchema = attributes["dataschema"]
        traceParent = attributes["traceparent"]
        traceState = attributes["tracestate"]
        correlationID = attributes["correlationid"]
        causationID = attributes["causationid"]
        replyTo = attributes["replyto"] == nil ? nil : try name(Address.self, "replyto")
        deadline = try time("deadline")
        compensates = attributes["compensates"]
        isWithdrawal = try flag("withdrawal")
        firstSent = try time("firstsent")
        outcome = attributes["outcome"]
    }
}

/// A message that cannot be read.
public struct MessageError: Error, Hashable, CustomStringConvertible {
    /// The CloudEvents attribute at fault.
    public let attribute: String
    /// What is wrong with it.
    public let problem: String

    /// Describes a malformed message.
    public init(attribute: String, problem: String) {
        self.attribute = attribute
        self.problem = problem
    }

    /// Names the attribute and the problem.
    public var description: String { "The message cannot be read: its attribute \(attribute) \(problem)." }
}
