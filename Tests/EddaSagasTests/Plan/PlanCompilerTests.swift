import Foundation
import Spawning
import Testing

/// Runs the compiler on plans, against the modules that this test was built with.
@Suite struct PlanCompilerTests {
    private struct Verdict {
        let isAccepted: Bool
        let output: String
    }

    /// The folder of built modules, beside the test executable.
    private static let modules: URL? = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        for _ in 0..<6 {
            folder.deleteLastPathComponent()
            let modules = folder.appendingPathComponent("Modules")
            let module = modules.appendingPathComponent("EddaSagas.swiftmodule")
            if FileManager.default.fileExists(atPath: module.path) { return modules }
        }
        return nil
    }()

    private static let prelude = """
        import EddaCore
        import EddaSagas
        struct Do: Command {
            static let commandType: MessageType = "do"
            static let destination: Address = "there"
            struct Reply: Codable, Sendable { var text: String }
        }
        struct Undo: Command {
            static let commandType: MessageType = "undo"
            static let destination: Address = "there"
            var text: String?
        }
        struct Trial: Saga {
            static let name: SagaName = "trial"
            static let version = 1
            struct State: Codable, Sendable { var text: String? }
            static var plan: some Plan<State> {

        """

    private func compile(_ plan: String) async throws -> Verdict {
        let modules = try #require(Self.modules, "No built modules beside \(CommandLine.arguments[0]).")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("edda-plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("plan.swift")
        try (Self.prelude + plan + "\n    }\n}\n").write(to: file, atomically: true, encoding: .utf8)
        let output = folder.appendingPathComponent("output").path
        let compiler = try SpawnedProcess(
            "/usr/bin/env",
            [
                "swiftc", "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-I", modules.path,
                "-module-cache-path", folder.path, file.path,
            ],
            output: output,
            errors: output
        )
        let ending = try await compiler.ended()
        return Verdict(isAccepted: ending == .exited(0), output: try String(contentsOfFile: output, encoding: .utf8))
    }

    @Test(arguments: [
        #"""
        call("a") { _ in Do() }.merge { $0.text = $1.text }.compensate { Undo(text: $1?.text ?? $0.text) }
        call("b") { _ in Do() }.timeout(.seconds(1)).retry(.never).noCompensation(reason: "harmless")
        call("c") { _ in Do() }.compensate { _, reply in Undo(text: reply?.text) }.timeout(.seconds(1)).merge { _, _ in }
        pivot("d") { _ in Do() }.timeout(.seconds(5)).merge { $0.text = $1.text }
        retriable("e") { _ in Do() }.merge { $0.text = $1.text }
        retriable("f") { _ in Do() }.retry(.exponential(attempts: nil))
        """#,
        #"call("only") { _ in Do() }.noCompensation(reason: "harmless")"#,
        #"""
        pivot("first") { _ in Do() }
        retriable("then") { _ in Do() }
        """#,
    ])
    func goodPlansCompile(_ plan: String) async throws {
        let verdict = try await compile(plan)
        #expect(verdict.isAccepted, "\(verdict.output)")
    }

    @Test(arguments: [
        (
            #"""
            pivot("a") { _ in Do() }
            call("b") { _ in Do() }.compensate { _, _ in Undo() }
            """#,
            "A compensatable step cannot follow the pivot"
        ),
        (
            #"""
            pivot("a") { _ in Do() }
            retriable("b") { _ in Do() }
            call("c") { _ in Do() }
            """#,
            "A compensatable step cannot follow the pivot"
        ),
        (
            #"""
            call("a") { _ in Do() }.compensate { _, _ in Undo() }
            call("b") { _ in Do() }.timeout(.seconds(1))
            pivot("c") { _ in Do() }
            """#,
            "A step before the pivot says how it is undone: add .compensate"
        ),
        (
            #"""
            call("a") { _ in Do() }.merge { $0.text = $1.text }
            pivot("b") { _ in Do() }
            """#,
            "A step before the pivot says how it is undone: add .compensate"
        ),
        (
            #"""
            call("a") { _ in Do() }.noCompensation(reason: "harmless")
            pivot("b") { _ in Do() }
            pivot("c") { _ in Do() }
            """#,
            "A plan has at most one pivot"
        ),
        (
            #"""
            call("a") { _ in Do() }.noCompensation(reason: "harmless")
            retriable("b") { _ in Do() }
            """#,
            "A retriable step stands after the pivot"
        ),
        (
            #"""
            retriable("a") { _ in Do() }
            pivot("b") { _ in Do() }
            """#,
            "A retriable step stands after the pivot"
        ),
        (
            #"pivot("a") { _ in Do() }.compensate { _, _ in Undo() }"#,
            "Only a step before the pivot is compensated"
        ),
        (
            #"""
            pivot("a") { _ in Do() }
            retriable("b") { _ in Do() }.timeout(.seconds(1))
            """#,
            "A retriable step has no timeout"
        ),
        ("", "A plan has at least one step"),
    ])
    func badPlansAreRefusedWithOurOwnMessage(_ plan: String, _ message: String) async throws {
        let verdict = try await compile(plan)
        #expect(!verdict.isAccepted)
        #expect(verdict.output.contains(message), "\(verdict.output)")
    }
}
