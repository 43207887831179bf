#if CLI
/// What a measurement came upon that makes its figures worthless: something missing, wrong, or refused.
///
/// The message names the thing and, where there is one, the next step. It ends the workload, not the run.
struct BenchFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }

    /// Goes on only if what was measured has done what it is said to do.
    static func unless(_ condition: Bool, _ description: @autoclosure () -> String) throws {
        if !condition { throw BenchFailure(description()) }
    }
}
#endif
