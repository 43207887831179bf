/// A step on the way to a value in a JSON document.
struct JSONPathKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    /// The key of a member of an object.
    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    /// An element of an array.
    init(intValue: Int) {
        stringValue = "Index \(intValue)"
        self.intValue = intValue
    }
}

extension JSONTape {
    /// The way from the document to a token: found out when it is asked for, so that decoding need not keep it.
    ///
    /// - Complexity: linear in the number of tokens before it; for one value after another, in its depth.
    func path(to index: Int) -> [any CodingKey] {
        var path: [any CodingKey] = []
        var container = 0
        while container < index {
            let isObject = tokens[container].kind == .object
            // What tries one type after another, for each of many elements, asks for many ways.
            var (place, count) = (container + 1, 0)
            if let step = content.pointee.steps[container], step.place <= index { (place, count) = step }
            while true {
                let value = isObject ? Int(tokens[place].next) : place
                let next = Int(tokens[value].next)
                if index < next {
                    content.pointee.steps[container] = (place, count)
                    path.append(
                        isObject
                            ? JSONPathKey(stringValue: text(of: tokens[place])) : JSONPathKey(intValue: count)
                    )
                    container = value
                    break
                }
                place = next
                count += 1
            }
        }
        return path
    }

    /// The error for a value that is of another type than asked for.
    func mismatch(_ type: Any.Type, at index: Int) -> DecodingError {
        .typeMismatch(
            type,
            context(at: index, "Expected to decode \(type) but found \(tokens[index].kind.description) instead.")
        )
    }

    /// The error for a null where a value was asked for, or else for a value of another type.
    func absence(_ type: Any.Type, at index: Int) -> DecodingError {
        guard tokens[index].kind == .null else { return mismatch(type, at: index) }
        return .valueNotFound(type, context(at: index, "Cannot get value of type \(type) -- found null value instead"))
    }

    /// The error for a value that cannot be what was asked for.
    func corruption(at index: Int, _ description: String) -> DecodingError {
        .dataCorrupted(context(at: index, description))
    }

    private func context(at index: Int, _ description: String) -> DecodingError.Context {
        DecodingError.Context(codingPath: path(to: index), debugDescription: description)
    }
}

extension JSONToken.Kind {
    /// The words for it in errors.
    var description: String {
        switch self {
        case .null: "null"
        case .false, .true: "bool"
        case .integer, .number: "number"
        case .string: "a string"
        case .object: "a dictionary"
        case .array: "an array"
        }
    }
}
