import Edda

/// The code of the article "Appending and conditions", as it stands there.
enum AppendingAndConditionsCode {
    static func appendings(_ store: SQLiteStore) async throws {
        try await store.append([OrderPlaced(customer: "ada", cents: 4_200)], to: "order-1042", expecting: .missing)
    }

    static func transfer(_ store: SQLiteStore) async throws {
        try await store.append(key: "transfer-31") {
            $0.add([Debited(cents: 500)], to: "account-1", expecting: .version(7))
            $0.add([Credited(cents: 500)], to: "account-2", expecting: .exists)
            $0.require("account-3", .missing)
        }
    }

    static func claim(_ store: SQLiteStore) async throws {
        let taken = EventQuery(events: NameClaimed.self, tags: ["name:ada"])
        try await store.append {
            $0.add([NameClaimed(name: "ada")], to: "user-31")
            $0.require(.noMatch(taken, after: .start))
        }
    }

    struct Course: DecisionModel {
        var seats = 0
        var taken = 0
        var students: Set<String> = []

        static let handlers = EventHandlers<Course> {
            On(CourseDefined.self) { course, event in course.seats = event.seats }
            On(StudentEnrolled.self) { course, event in
                course.taken += 1
                course.students.insert(event.student)
            }
        }
    }

    static func enrol(_ store: SQLiteStore) async throws {
        let query = EventQuery(events: CourseDefined.self, StudentEnrolled.self, tags: ["course:algebra"])
        try await store.decide(Course.self, over: query, appendingTo: "course-algebra") { course in
            guard !course.students.contains("ada") else { return [] }
            guard course.taken < course.seats else { throw Rejection("course.full") }
            return [StudentEnrolled(course: "algebra", student: "ada")]
        }
    }

    static func invoice(_ store: SQLiteStore) async throws {
        try await store.decide(Invoices.self, over: EventQuery(events: InvoiceIssued.self)) { invoices, append in
            let number = invoices.last + 1
            try append.add([InvoiceIssued(number: number)], to: StreamID(category: "invoice", id: "\(number)"))
        }
    }

    static func unit(_ store: SQLiteStore, user: String) async throws {
        let schema = store.schema
        try await store.write { transaction in
            try transaction.append([OrderPlaced(customer: user, cents: 4_200)], to: "order-1043", schema: schema)
            try transaction.execute("INSERT INTO audit (who, what) VALUES (\(user), 'placed')")
        }
    }

    struct OrderPlaced: Event {
        static let eventType: EventType = "order.placed"
        var customer: String
        var cents: Int
    }

    struct Debited: Event {
        static let eventType: EventType = "account.debited"
        var cents: Int
    }

    struct Credited: Event {
        static let eventType: EventType = "account.credited"
        var cents: Int
    }

    struct NameClaimed: Event {
        static let eventType: EventType = "name.claimed"
        var name: String
        var tags: Set<Tag> { [Tag(unchecked: "name:\(name)")] }
    }

    struct CourseDefined: Event {
        static let eventType: EventType = "course.defined"
        var course: String
        var seats: Int
        var tags: Set<Tag> { [Tag(unchecked: "course:\(course)")] }
    }

    struct StudentEnrolled: Event {
        static let eventType: EventType = "student.enrolled"
        var course: String
        var student: String
        var tags: Set<Tag> { [Tag(unchecked: "course:\(course)"), Tag(unchecked: "student:\(student)")] }
    }

    struct InvoiceIssued: Event {
        static let eventType: EventType = "invoice.issued"
        var number: Int
    }

    struct Invoices: DecisionModel {
        var last = 0
        static let handlers = EventHandlers<Invoices> {
            On(InvoiceIssued.self) { invoices, event in invoices.last = event.number }
        }
    }
}
