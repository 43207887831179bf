#if CLI
import Edda
import EddaTesting
import Synchronization
import Testing

@testable import EddaCommands

/// Tables, JSON and progress, as they appear on a terminal.
@Suite struct OutputTests {
    @Test(arguments: [
        ("order", 5), ("naïve", 5), ("e\u{301}", 1), ("注文", 4), ("한글", 4), ("ｆｕｌｌ", 8), ("🚀", 2), ("👩‍👩‍👧", 2), ("✔️", 2),
        ("🇸🇪", 2), ("a\u{200B}b", 2), ("–…", 2), ("", 0),
    ])
    func widthInColumns(_ text: String, _ width: Int) {
        #expect(text.displayWidth == width)
    }

    @Test func columnsLineUpWhateverIsInThem() {
        var table = TextTable(.text("NAME"), .number("COUNT"), .text("NOTE"))
        table.add("注文", "7", "x")
        table.add("order", "1200", nil)
        #expect(table.rendered(width: nil) == "NAME   COUNT  NOTE\n注文       7  x\norder   1200  –\n")
    }

    @Test func aTableWithoutRowsIsItsHead() {
        let table = TextTable(.text("NAME"), .text("NOTE"))
        #expect(table.isEmpty)
        #expect(table.rendered(width: 80) == "NAME  NOTE\n")
    }

    @Test(arguments: [22, 30, 40, 60]) func aTableFitsATerminal(_ width: Int) {
        var table = TextTable(.text("ID"), .text("DATA"), .text("REASON"))
        table.add("order-1", String(repeating: "長", count: 60), String(repeating: "y", count: 30))
        table.add("order-2", "short", "short")
        let lines = table.rendered(width: width).split(separator: "\n")
        #expect(lines.allSatisfy { String($0).displayWidth <= width })
        #expect(lines[1].contains("…"))
        #expect(lines[1].hasPrefix(width < 30 ? "order" : "order-1"))
    }

    @Test func nothingIsCutWhereThereIsNoTerminal() {
        var table = TextTable(.text("DATA"))
        table.add(String(repeating: "y", count: 500))
        #expect(!table.rendered(width: nil).contains("…"))
    }

    @Test func storedTextCannotSteerATerminal() {
        var table = TextTable(.text("REASON"))
        table.add("a\nb\u{1B}[2Jc\u{202E}d\u{9B}e")
        #expect(table.rendered(width: nil) == "REASON\na b\u{FFFD}[2Jc\u{FFFD}d\u{FFFD}e\n")
    }

    @Test func jsonHasSortedKeysAndEscapes() {
        let json: JSON = [
            "b": .string("\"\\\n\u{1}\u{7F}/é"),
            "a": [.integer(-1), .number(0.5), .number(.infinity), .bool(true), .null],
            "c": .verbatim("{ }"),
        ]
        #expect(json.description == #"{"a":[-1,0.5,null,true,null],"b":"\"\\\n\u0001\u007f/é","c":{ }}"#)
    }

    @Test(arguments: [
        "{}", "[]", " [1, -0.5e+10, \"a\\u00e9\\n\", true, false, null, {\"a\": {\"b\": []}}] ", "0", "-0", "\"\"",
        "\"\u{7F}\"",
        "1e5", "[[[]]]",
    ])
    func textThatIsJSON(_ text: String) {
        #expect(JSONText.isValid(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "[,1]", "{\"a\"}", "{\"a\":1,}", "{a:1}", "01", "1.", ".5", "+1", "--1", "1e", "NaN",
        "tru",
        "\"\\x\"", "\"\\u12g4\"", "\"a\nb\"", "\"open", "{} {}", "[1 2]", "'a'",
    ])
    func textThatIsNoJSON(_ text: String) {
        #expect(!JSONText.isValid(Array(text.utf8)))
    }

    @Test func invalidUTF8AndBottomlessNestingAreNoJSON() {
        #expect(!JSONText.isValid([0x22, 0xFF, 0x22]))
        #expect(!JSONText.isValid(Array(String(repeating: "[", count: 1_000_000).utf8)))
        let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
        #expect(JSONText.isValid(Array(deep.utf8)))
    }

    @Test(arguments: [
        (Duration.seconds(0), "0:00"), (.milliseconds(5_001), "0:06"), (.seconds(750), "12:30"),
        (.seconds(10_805), "3:00:05"),
    ])
    func timeLeft(_ duration: Duration, _ text: String) {
        #expect(ProgressLine.clock(duration) == text)
    }

    @Test func progressTellsRateAndTimeLeft() {
        let line = ProgressLine(
            "rebuilding a",
            unit: "events",
            output: Output(write: { _ in }, note: { _ in }),
            time: ManualTime()
        )
        #expect(
            line.text(.init(done: 1_200, total: 5_000, rate: 600.4, remaining: .seconds(6)))
                == "rebuilding a: 1200 of 5000 events (24%), 600 events/s, 0:06 left"
        )
        #expect(
            line.text(.init(done: 0, total: 0, rate: nil, remaining: .zero)) == "rebuilding a: 0 of 0 events (100%)"
        )
    }

    @Test(arguments: [true, false]) func progressShowsNowAndThen(_ isTerminal: Bool) {
        let notes = Mutex<[String]>([])
        let time = ManualTime()
        let output = Output(
            write: { _ in },
            note: { text in notes.withLock { $0.append(text) } },
            canRedraw: isTerminal
        )
        let line = ProgressLine("rebuilding a", unit: "events", output: output, time: time)
        for done in 0..<12 {
            line.show(.init(done: done, total: 12, rate: nil, remaining: nil))
            time.advance(by: .milliseconds(isTerminal ? 50 : 1_000))
        }
        line.end()
        let shown = notes.withLock { $0 }
        // On a terminal at once and then every 100 ms, elsewhere every 5 s.
        #expect(shown.filter { $0.contains("rebuilding") }.count == (isTerminal ? 6 : 2))
        #expect(shown.allSatisfy { $0.hasPrefix("\r") == isTerminal && $0.hasSuffix("\n") != isTerminal })
    }
}
#endif
