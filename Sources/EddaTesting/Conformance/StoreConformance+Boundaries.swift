internal import EddaCore

extension StoreConformance {
    // acceptance: 17
    // guarantees: G4
    static let boundaries: [ConformanceCase] = [
        ConformanceCase("boundaries: a course never has more students than seats") { bench in
            let store = bench.store
            try await store.append([CourseDefined(course: "algebra", seats: 5)], to: "course-algebra")
            try await store.append([CourseDefined(course: "logic", seats: 1)], to: "course-logic")
            let query = EventQuery(
                events: CourseDefined.self,
                StudentEnrolled.self,
                tags: ["course:algebra"]
            )
            let enrolled = try await race(16) { index in
                do {
                    try await store.decide(Course.self, over: query, appendingTo: "course-algebra") { course in
                        guard course.taken < course.seats else { throw Rejection("course.full") }
                        return [StudentEnrolled(course: "algebra", student: "\(index)")]
                    }
                    return true
                } catch let error as Rejection {
                    try bench.equal(error.code, "course.full", "the refusal")
                    return false
                }
            }
            try bench.equal(enrolled.count { $0 }, 5, "students who were told that they are enrolled")
            let stored = try await store.read {
                try $0.count(matching: EventQuery(events: StudentEnrolled.self), after: .start)
            }
            try bench.equal(stored, 5, "students who are enrolled")
        },
        ConformanceCase("boundaries: a user name is taken once, and again after its release") { bench in
            let store = bench.store
            @Sendable func claim(_ user: Int) async throws -> Bool {
                let query = EventQuery(events: NameClaimed.self, NameReleased.self, tags: ["name:ada"])
                do {
                    try await store.decide(UserName.self, over: query) { name, append in
                        guard !name.isTaken else { throw Rejection("name.taken") }
                        append.add([NameClaimed(name: "ada")], to: StreamID(unchecked: "user-\(user)"))
                    }
                    return true
                } catch is Rejection {
                    return false
                }
            }
            for round in 1...3 {
                let won = try await race(8) { try await claim($0) }
                try bench.equal(won.count { $0 }, 1, "users who got the name in round \(round)")
                try await bench.equal(claim(99), false, "a claim of the taken name in round \(round)")
                try await store.append([NameReleased(name: "ada")], to: "user-0")
            }
        },
        ConformanceCase("boundaries: invoice numbers have no gaps") { bench in
            let store = bench.store
            _ = try await race(16) { customer in
                try await store.decide(Invoices.self, over: EventQuery(events: InvoiceIssued.self)) {
                    invoices,
                    append in
                    let number = invoices.last + 1
                    append.add(
                        [InvoiceIssued(number: number, customer: customer)],
                        to: StreamID(unchecked: "invoice-\(number)"),
                        expecting: .missing
                    )
                }
            }
            let events = try await store.events(matching: EventQuery(events: InvoiceIssued.self)).events
            let invoices = try events.map { try store.schema.decode(InvoiceIssued.self, from: $0) }
            try bench.equal(invoices.map(\.number), Array(1...16), "numbers")
            try bench.equal(invoices.map(\.customer).sorted(), Array(0..<16), "customers")
        },
        ConformanceCase("boundaries: a token is used once") { bench in
            let store = bench.store
            let token = EventQuery(events: TokenUsed.self, tags: ["token:t1"])
            let used = try await race(16) { index in
                do {
                    try await store.append {
                        $0.add([TokenUsed(token: "t1")], to: StreamID(unchecked: "session-\(index)"))
                        $0.require(.noMatch(token, after: .start))
                    }
                    return true
                } catch is AppendConflict {
                    return false
                }
            }
            try bench.equal(used.count { $0 }, 1, "uses of the token")
            try await store.append {
                $0.add([TokenUsed(token: "t2")], to: "session-0")
                $0.require(.noMatch(EventQuery(events: TokenUsed.self, tags: ["token:t2"]), after: .start))
            }
            try await bench.equal(store.head(), Position(2), "head")
        },
    ]
}

private struct CourseDefined: Event {
    static let eventType: EventType = "course.defined"
    var course: String
    var seats: Int
    var tags: Set<Tag> { ["course:\(course)"] }
}

private struct StudentEnrolled: Event {
    static let eventType: EventType = "student.enrolled"
    var course: String
    var student: String
    var tags: Set<Tag> { ["course:\(course)", "student:\(student)"] }
}

private struct Course: DecisionModel {
    static let handlers = EventHandlers<Course> {
        On(CourseDefined.self) { course, event in course.seats = event.seats }
        On(StudentEnrolled.self) { course, _ in course.taken += 1 }
    }
    var seats = 0
    var taken = 0
}

private struct NameClaimed: Event {
    static let eventType: EventType = "name.claimed"
    var name: String
    var tags: Set<Tag> { ["name:\(name)"] }
}

private struct NameReleased: Event {
    static let eventType: EventType = "name.released"
    var name: String
    var tags: Set<Tag> { ["name:\(name)"] }
}

private struct UserName: DecisionModel {
    static let handlers = EventHandlers<UserName> {
        On(NameClaimed.self) { name, _ in name.isTaken = true }
        On(NameReleased.self) { name, _ in name.isTaken = false }
    }
    var isTaken = false
}

private struct InvoiceIssued: Event {
    static let eventType: EventType = "invoice.issued"
    var number: Int
    var customer: Int
}

private struct Invoices: DecisionModel {
    static let handlers = EventHandlers<Invoices> {
        On(InvoiceIssued.self) { invoices, event in invoices.last = event.number }
    }
    var last = 0
}

private struct TokenUsed: Event {
    static let eventType: EventType = "token.used"
    var token: String
    var tags: Set<Tag> { ["token:\(token)"] }
}
