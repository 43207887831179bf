internal import EddaCore

extension SagaFault: LosslessStringConvertible {
    /// In words that ``init(_:)`` reads.
    var description: String {
        let numbers = count == 1 ? "\(point.number)" : "\(point.number)-\(point.number + count - 1)"
        let place = point.place.text(numbers)
        switch effect {
        case .loss: return "lose \(place)"
        case .delay(let time): return "delay \(place) by \(time) ms"
        case .copy(let time): return "repeat \(place) after \(time) ms"
        case .lateMark(let time): return "mark late \(place) by \(time) ms"
        case .rejection: return "reject \(place)"
        case .failure: return "fail \(place)"
        case .breakage: return "break \(place)"
        case .crashBefore(let time): return "crash before \(place) for \(time) ms"
        case .crashAfter(let time): return "crash after \(place) for \(time) ms"
        case .stall(let time): return "stall \(place) by \(time) ms"
        case .hang: return "hang \(place)"
        case .decision(let verb): return "\(verb.rawValue) after \(place)"
        case .signal(let step): return "signal \(step) after \(place)"
        }
    }

    /// Reads what ``description`` writes.
    init?(_ description: String) {
        var words = description.split(separator: " ").map(String.init)
        var milliseconds = 0
        if words.count > 3, words.last == "ms", let time = Int(words[words.count - 2]) {
            milliseconds = time
            words.removeLast(3)
        }
        guard let (length, effect) = Self.effect(words, milliseconds) else { return nil }
        words.removeFirst(length)
        guard words.count >= 2, let (first, count) = Self.numbers(words[1]) else { return nil }
        let name = words.dropFirst(3).joined(separator: " ")
        guard words[0] == "transition" ? words.count == 2 : words.count > 3 && words[2] == "of" else { return nil }
        let place: Place
        switch words[0] {
        case "command": place = .sending(.command, key: name)
        case "reply": place = .sending(.reply, key: name)
        case "signal": place = .sending(.signal, key: name)
        case "try": place = .execution(key: name)
        case "call": place = .call(key: name)
        case "commit":
            guard let service = Address(rawValue: name) else { return nil }
            place = .commit(service)
        case "transition": place = .transition
        default: return nil
        }
        self.init(place, first, count: count, effect)
    }

    /// How many words say what happens, and what it is.
    private static func effect(_ words: [String], _ time: Int) -> (Int, Effect)? {
        guard words.count >= 2 else { return nil }
        switch (words[0], words[1]) {
        case ("mark", "late"): return (2, .lateMark(time))
        case ("crash", "before"): return (2, .crashBefore(time))
        case ("crash", "after"): return (2, .crashAfter(time))
        case ("signal", _):
            guard let end = words.lastIndex(of: "after"), end > 1 else { return nil }
            return StepID(rawValue: words[1..<end].joined(separator: " ")).map { (end + 1, .signal($0)) }
        case (_, "after"): return Verb(rawValue: words[0]).map { (2, .decision($0)) }
        case ("lose", _): return (1, .loss)
        case ("delay", _): return (1, .delay(time))
        case ("repeat", _): return (1, .copy(time))
        case ("reject", _): return (1, .rejection)
        case ("fail", _): return (1, .failure)
        case ("break", _): return (1, .breakage)
        case ("stall", _): return (1, .stall(time))
        case ("hang", _): return (1, .hang)
        default: return nil
        }
    }

    private static func numbers(_ text: String) -> (first: Int, count: Int)? {
        let parts = text.split(separator: "-").map { Int($0) }
        switch (parts.count, parts.first ?? nil, parts.last ?? nil) {
        case (1, let first?, _) where first > 0: return (first, 1)
        case (2, let first?, let last?) where first > 0 && last >= first: return (first, last - first + 1)
        default: return nil
        }
    }
}

extension SagaFault.Place {
    /// The place in words, with the numbers of its points.
    func text(_ numbers: String) -> String {
        switch self {
        case .sending(let courier, let key): "\(courier.rawValue) \(numbers) of \(key)"
        case .execution(let key): "try \(numbers) of \(key)"
        case .call(let key): "call \(numbers) of \(key)"
        case .commit(let service): "commit \(numbers) of \(service)"
        case .transition: "transition \(numbers)"
        }
    }
}

extension [SagaFault] {
    /// The faults one after another; the empty list is "none".
    var text: String { isEmpty ? "none" : map(\.description).joined(separator: "; ") }

    /// Reads what ``text`` writes.
    ///
    /// - Throws: ``TestFailure`` that names what cannot be read.
    init(text: String) throws {
        self = []
        for part in text.split(separator: ";") {
            let words = part.split(separator: " ").joined(separator: " ")
            if words == "none" || words.isEmpty { continue }
            guard let fault = SagaFault(words) else {
                throw TestFailure("\"\(words)\" is no fault of a saga test. Copy the line that begins with Faults.")
            }
            append(fault)
        }
    }
}
