import Edda

// A course has so many seats, and a student takes so many courses. Neither rule fits into one stream: the decision to
// enrol rests on the events of a course and on those of a student. A query draws the boundary around both.

struct CourseDefined: Event {
    static let eventType: EventType = "course.defined"
    var course: String
    var seats: Int
    var tags: Set<Tag> { ["course:\(course)"] }
}

struct StudentEnrolled: Event {
    static let eventType: EventType = "course.student-enrolled"
    var course: String
    var student: String
    var tags: Set<Tag> { ["course:\(course)", "student:\(student)"] }
}

/// What a decision to enrol a student in a course rests on.
struct Enrolment: DecisionModel {
    static let handlers = EventHandlers<Enrolment> {
        On(CourseDefined.self) { model, event in model.seats[event.course] = event.seats }
        On(StudentEnrolled.self) { model, event in
            model.students[event.course, default: []].insert(event.student)
            model.courses[event.student, default: []].insert(event.course)
        }
    }
    var seats: [String: Int] = [:]
    var students: [String: Set<String>] = [:]
    var courses: [String: Set<String>] = [:]
}

/// Courses, and who takes them.
struct Courses: Sendable {
    static let coursesPerStudent = 5
    let store: any Store

    func define(_ course: String, seats: Int) async throws {
        let stream = try StreamID(category: "course", id: course)
        try await store.append([CourseDefined(course: course, seats: seats)], to: stream, expecting: .missing)
    }

    /// Enrols a student; enrolling twice changes nothing.
    func enrol(_ student: String, in course: String) async throws {
        let boundary = EventQuery([
            .init(events: CourseDefined.self, StudentEnrolled.self, tags: ["course:\(course)"]),
            .init(events: StudentEnrolled.self, tags: ["student:\(student)"]),
        ])
        let stream = try StreamID(category: "course", id: course)
        try await store.decide(Enrolment.self, over: boundary, appendingTo: stream) { model in
            guard let seats = model.seats[course] else { throw Rejection("course.unknown") }
            let students = model.students[course] ?? []
            if students.contains(student) { return [] }
            guard students.count < seats else { throw Rejection("course.full") }
            guard model.courses[student, default: []].count < Courses.coursesPerStudent else {
                throw Rejection("student.has-enough")
            }
            return [StudentEnrolled(course: course, student: student)]
        }
    }
}
