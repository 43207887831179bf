import EddaTesting
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
        struct Yes: Codable, Sendable { var by: String }
        struct Clients: Sendable { func mail(_ key: String) async throws -> String { key } }
        struct Small: Saga {
            static let name: SagaName = "small"
            static let version = 1
            struct State: Codable, Sendable { var text: String? }
            static var plan: some Plan<State> { pivot("a") { _ in Do() } }
        }

        """

    private static func saga(_ number: Int, _ plan: String) -> String {
        """
        struct Trial\(number): Saga {
            static let name: SagaName = "trial"
            static let version = 1
            typealias Services = Clients
            struct State: Codable, Sendable { var text: String?; var list: [String] = [] }
            static var plan: some Plan<State> {
        \(plan)
            }
        }

        """
    }

    /// Compiles plans, each in a saga of its own, in one file.
    ///
    /// - Returns: The errors of each plan.
    private func compile(_ plans: [String]) async throws -> (verdict: Verdict, errors: [[String]]) {
        let modules = try #require(Self.modules, "No built modules beside \(CommandLine.arguments[0]).")
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("edda-plan-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("plan.swift")
        var text = Self.prelude
        var ends: [Int] = []
        for (number, plan) in plans.enumerated() {
            text += Self.saga(number, plan)
            ends.append(text.split(separator: "\n", omittingEmptySubsequences: false).count - 1)
        }
        try text.write(to: file, atomically: true, encoding: .utf8)
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
        let said = try String(contentsOfFile: output, encoding: .utf8)
        var errors = [[String]](repeating: [], count: plans.count)
        for line in said.split(separator: "\n") {
            guard let range = line.range(of: "plan.swift:"), line.contains(" error: ") else { continue }
            let number = Int(line[range.upperBound...].prefix { $0.isNumber }) ?? 0
            if let place = ends.firstIndex(where: { number <= $0 }) { errors[place].append(String(line)) }
        }
        return (Verdict(isAccepted: ending == .exited(0), output: said), errors)
    }

    private static let goodPlans = [
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
        #"""
        parallel("p") {
            call("a") { _ in Do() }.compensate { _, _ in Undo() }
            sequence {
                sleep("s", .seconds(1))
                call("b") { _ in Do() }.noCompensation(reason: "harmless")
                local("l") { state, key, clients in try await clients.mail(key + (state.text ?? "")) }
                    .merge { $0.text = $1 }.timeout(.seconds(3)).compensate { _, text in Undo(text: text) }
            }
            forEach("f", in: { $0.list }, id: { $0 }, concurrently: 3) { each in
                each.call("c") { each in Do() }.merge { $0.text = $0.element + $1.text }.compensate { _, _ in Undo() }
                each.when("w", { $0.element.isEmpty && $0.text == nil }) {
                    each.local("m") { each, key, clients in _ = try await clients.mail(key + each.element) }
                        .compensateLocally { _, _, key, clients in _ = try await clients.mail(key) }
                }
            }
        }
        when("x", { $0.text == nil }) { awaitSignal("y", Yes.self, timeout: .seconds(9)) { $0.text = $1.by } }
            .otherwise { sleep("z") { _ in .seconds(2) } }
        child("small", Small.self) { Small.State(text: $0.text) }.merge { $0.text = $1.text }
            .compensate { _, small in Undo(text: small?.text) }
        pivot("d") { _ in Do() }
        awaitSignal("r", Yes.self, timeout: .seconds(9)) { $0.text = $1.by }.onTimeout { $0.text = nil }
        awaitSignal("t", Yes.self) { $0.text = $1.by }
        when("v", { $0.text == nil }) { sleep("u", .seconds(1)) }.otherwise { retriable("g") { _ in Do() } }
        parallel("q") {
            retriable("h") { _ in Do() }
            local("n") { _, _, _ in }.retriable()
            child("o", Small.self, id: { _ in "x" }) { _ in Small.State() }.retriable()
        }
        """#,
        #"""
        when("a", { $0.text == nil }) { call("b") { _ in Do() }.compensate { _, _ in Undo() } }
            .otherwise { awaitSignal("c", Yes.self, timeout: .seconds(1)) { _, _ in } }
        """#,
    ]

    @Test func goodPlansCompile() async throws {
        let (verdict, _) = try await compile(Self.goodPlans)
        #expect(verdict.isAccepted, "\(verdict.output)")
    }

    private static let compensatableBehind = "A compensatable step cannot follow the pivot"
    private static let uncovered = "A step before the pivot says how it is undone: add .compensate"
    private static let early = "A retriable step stands after the pivot"
    private static let nestedPivot = "A pivot stands in the plan itself"
    private static let mixed = "it holds either compensatable steps or retriable ones"
    private static let limited = "After the pivot a saga cannot turn back when the time is over"
    private static let covered = #"call("b") { _ in Do() }.compensate { _, _ in Undo() }"#
    private static let decided = #"pivot("p") { _ in Do() }"#

    private static let badPlans: [(plan: String, message: String)] = [
        ("\(decided)\n\(covered)", compensatableBehind),
        (
            #"""
            pivot("a") { _ in Do() }
            retriable("b") { _ in Do() }
            call("c") { _ in Do() }
            """#, compensatableBehind
        ),
        ("\(covered)\n" + #"call("c") { _ in Do() }.timeout(.seconds(1))"# + "\n\(decided)", uncovered),
        (#"call("a") { _ in Do() }.merge { $0.text = $1.text }"# + "\n\(decided)", uncovered),
        ("\(covered)\n\(decided)\n" + #"pivot("c") { _ in Do() }"#, "A plan has at most one pivot"),
        ("\(covered)\n" + #"retriable("c") { _ in Do() }"#, early),
        (#"retriable("a") { _ in Do() }"# + "\n\(decided)", early),
        (
            #"pivot("a") { _ in Do() }.compensate { _, _ in Undo() }"#,
            "Only a step before the pivot is compensated"
        ),
        ("\(decided)\n" + #"retriable("b") { _ in Do() }.timeout(.seconds(1))"#, "A retriable step has no timeout"),
        ("", "A plan has at least one step"),
        // Blocks.
        ("\(decided)\n" + #"when("w", { _ in true }) { \#(covered) }"#, compensatableBehind),
        ("\(decided)\n" + #"parallel("w") { \#(covered) }"#, compensatableBehind),
        (
            "\(decided)\n"
                + #"forEach("f", in: { $0.list }, id: { $0 }) { each in each.call("b") { _ in Do() }.compensate { _, _ in Undo() } }"#,
            compensatableBehind
        ),
        (#"parallel("w") { call("a") { _ in Do() } }"#, uncovered),
        (#"parallel("w") { \#(covered); call("a") { _ in Do() } }"#, uncovered),
        (#"forEach("f", in: { $0.list }, id: { $0 }) { each in each.call("a") { _ in Do() } }"#, uncovered),
        (#"when("w", { _ in true }) { retriable("a") { _ in Do() } }"#, early),
        ("\(covered)\n" + #"parallel("w") { retriable("a") { _ in Do() } }"#, early),
        (#"sequence { sleep("s", .seconds(1)); retriable("a") { _ in Do() } }"#, early),
        (#"parallel("w") { pivot("a") { _ in Do() } }"#, nestedPivot),
        (#"parallel("w") { \#(covered); pivot("a") { _ in Do() } }"#, nestedPivot),
        (#"when("w", { _ in true }) { pivot("a") { _ in Do() } }"#, nestedPivot),
        (#"forEach("f", in: { $0.list }, id: { $0 }) { each in each.pivot("a") { _ in Do() } }"#, nestedPivot),
        (#"parallel("w") { \#(covered); retriable("a") { _ in Do() } }"#, mixed),
        (#"when("w", { _ in true }) { \#(covered) }.otherwise { retriable("a") { _ in Do() } }"#, mixed),
        (
            "\(decided)\n"
                + #"when("w", { _ in true }) { retriable("a") { _ in Do() } }.otherwise { \#(covered) }"#, mixed
        ),
        (#"parallel("w") {}"#, "A block has at least one step"),
        (#"when("w", { _ in true }) {}"#, "A block has at least one step"),
        // Waits, local steps and children.
        ("\(decided)\n" + #"awaitSignal("s", Yes.self, timeout: .seconds(1)) { _, _ in }"#, limited),
        (
            "\(decided)\n"
                + #"parallel("w") { retriable("a") { _ in Do() }; awaitSignal("s", Yes.self, timeout: .seconds(1)) { _, _ in } }"#,
            limited
        ),
        (#"local("l") { _, key, clients in try await clients.mail(key) }"# + "\n\(decided)", uncovered),
        (#"child("c", Small.self) { _ in Small.State() }"# + "\n\(decided)", uncovered),
        (
            "\(decided)\n" + #"child("c", Small.self) { _ in Small.State() }.noCompensation(reason: "x")"#,
            compensatableBehind
        ),
    ]

    @Test func badPlansAreRefusedWithOurOwnMessages() async throws {
        let (verdict, errors) = try await compile(Self.badPlans.map(\.plan))
        #expect(!verdict.isAccepted)
        for ((plan, message), errors) in zip(Self.badPlans, errors) {
            #expect(errors.contains { $0.contains(message) }, "\(plan)\n\(message)\n\(errors)")
        }
    }
}
