extension Message {
    /// The attributes as a JSON object of strings, keys sorted: the form in which stores and the in-process transport keep
    /// them.
    package func encodedAttributes() -> [UInt8] {
        var object = AttributeObject()
        object.add("causationid", causationID)
        object.add("compensates", compensates)
        object.add("correlationid", correlationID)
        object.add("datacontenttype", dataContentType)
        object.add("dataschema", dataSchema)
        object.add("deadline", deadline?.description)
        object.add("destination", destination.rawValue)
        object.add("firstsent", firstSent?.description)
        object.add("id", id)
        object.add("idempotencykey", idempotencyKey)
        object.add("outcome", outcome)
        object.add("partitionkey", partitionKey)
        object.add("replyto", replyTo?.rawValue)
        object.add("source", source)
        object.add("specversion", "1.0")
        object.add("subject", subject)
        object.add("time", time.description)
        object.add("traceparent", traceParent)
        object.add("tracestate", traceState)
        object.add("type", type.rawValue)
        object.add("withdrawal", isWithdrawal ? "true" : nil)
        return object.end()
    }

    /// Reads what ``encodedAttributes()`` wrote.
    ///
    /// - Throws: ``MessageError`` that names the attribute which is missing or malformed.
    package init(encodedAttributes bytes: [UInt8], data: [UInt8]) throws(MessageError) {
        if let message = Message(plain: bytes, data: data) {
            self = message
            return
        }
        guard let attributes = AttributeText.decode(bytes) else {
            throw MessageError(attribute: "(all)", problem: "are no JSON object of strings")
        }
        try self.init(attributes: attributes, data: data)
    }

    /// Reads attributes without escapes and spaces, as nearly all are; `nil` for others, and when one is missing or
    /// malformed: then it takes a closer look to say what is wrong.
    private init?(plain bytes: [UInt8], data: [UInt8]) {
        var found = Found()
        let isPlain = bytes.withUnsafeBufferPointer { bytes in
            AttributeObject.read(bytes) { found.take($0, $1) }
        }
        guard isPlain, found.isVersion1, let id = found.id, let source = found.source, let type = found.type,
            let destination = found.destination, let time = found.time, let partitionKey = found.partitionKey,
            let idempotencyKey = found.idempotencyKey
        else { return nil }
        self.init(
            id: id,
            source: source,
            type: type,
            destination: destination,
            time: time,
            partitionKey: partitionKey,
            idempotencyKey: idempotencyKey,
            dataContentType: found.dataContentType,
            data: data
        )
        subject = found.subject
        dataSchema = found.dataSchema
        traceParent = found.traceParent
        traceState = found.traceState
        correlationID = found.correlationID
        causationID = found.causationID
        replyTo = found.replyTo
        deadline = found.deadline
        compensates = found.compensates
        isWithdrawal = found.isWithdrawal ?? false
        firstSent = found.firstSent
        outcome = found.outcome
    }

    /// The attributes that have been read so far.
    private struct Found {
        var isVersion1 = false
        var id, source, partitionKey, idempotencyKey, dataContentType, subject, dataSchema, traceParent: String?
        var traceState, correlationID, causationID, compensates, outcome: String?
        var type: MessageType?
        var destination, replyTo: Address?
        var time, deadline, firstSent: Timestamp?
        var isWithdrawal: Bool?

        /// Takes an attribute.
        ///
        /// - Returns: Whether it is well-formed; one that Edda does not know is passed over.
        mutating func take(_ key: UnsafeBufferPointer<UInt8>, _ value: UnsafeBufferPointer<UInt8>) -> Bool {
            func text(_ field: inout String?) -> Bool { Self.set(&field, String(validating: value, as: UTF8.self)) }
            func name<N: Name>(_ field: inout N?) -> Bool {
                Self.set(&field, String(validating: value, as: UTF8.self).flatMap { N(rawValue: $0) })
            }
            func time(_ field: inout Timestamp?) -> Bool { Self.set(&field, Timestamp(utf8: value)) }
            // By the length first: comparing all the names for each attribute would cost more than the rest.
            switch key.count {
            case 2 where key.spells("id"): return text(&id)
            case 4 where key.spells("time"): return time(&self.time)
            case 4 where key.spells("type"): return name(&type)
            case 6 where key.spells("source"): return text(&source)
            case 7 where key.spells("subject"): return text(&subject)
            case 7 where key.spells("replyto"): return name(&replyTo)
            case 7 where key.spells("outcome"): return text(&outcome)
            case 8 where key.spells("deadline"): return time(&deadline)
            case 9 where key.spells("firstsent"): return time(&firstSent)
            case 10 where key.spells("dataschema"): return text(&dataSchema)
            case 10 where key.spells("tracestate"): return text(&traceState)
            case 10 where key.spells("withdrawal"):
                return Self.set(&isWithdrawal, value.spells("true") ? true : value.spells("false") ? false : nil)
            case 11 where key.spells("destination"): return name(&destination)
            case 11 where key.spells("causationid"): return text(&causationID)
            case 11 where key.spells("compensates"): return text(&compensates)
            case 11 where key.spells("traceparent"): return text(&traceParent)
            case 11 where key.spells("specversion"):
                isVersion1 = value.spells("1.0")
                return isVersion1
            case 12 where key.spells("partitionkey"): return text(&partitionKey)
            case 13 where key.spells("correlationid"): return text(&correlationID)
            case 14 where key.spells("idempotencykey"): return text(&idempotencyKey)
            case 15 where key.spells("datacontenttype"): return text(&dataContentType)
            default: return [key, value].allSatisfy { String(validating: $0, as: UTF8.self) != nil }
            }
        }

        private static func set<Value>(_ field: inout Value?, _ value: Value?) -> Bool {
            field = value
            return value != nil
        }
    }
}
