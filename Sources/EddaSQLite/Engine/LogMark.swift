internal import EddaCore

/// What the notify file beside a database says of it, by which a database that was restored from a backup is told.
///
/// A line says the generation and the head as of the last commit; the lines after it, which restorations there have
/// been. Each has a checksum: a line that does not fit it says nothing.
///
/// A writer writes the first line after each of its commits, over the last one, and never syncs it. So the line is never
/// ahead of what was committed, and a process that is killed leaves it at most one commit behind. Power loss may lose
/// the latest writes of it: then it is behind, or gone, and the database is taken for what it is. Under
/// ``Durability/full`` it cannot be ahead of the database, whose commits are synced before it is written. Under
/// ``Durability/normal`` it can, when power loss takes back commits: that is a restoration like any other, since readers
/// have seen what is gone, and the generation rightly goes up.
///
/// What cannot be noticed: the whole folder is restored, and this file with it; the file was deleted; a backup that is
/// exactly as old as the line is behind.
struct LogMark: Equatable {
    /// A generation and the head that it began with.
    struct Beginning: Equatable {
        var generation: Int64
        var head: Int64
    }

    var generation: Int64
    var head: Int64
    /// The restorations, oldest first.
    var restorations: [Beginning] = []

    /// The bytes of one line, its end included.
    static let lineLength = 61

    /// The first line.
    var line: [UInt8] { Self.line(UInt8(ascii: "h"), generation, head) }

    /// All lines.
    var lines: [UInt8] { restorations.reduce(line) { $0 + Self.line(UInt8(ascii: "g"), $1.generation, $1.head) } }

    init(generation: Int64, head: Int64, restorations: [Beginning] = []) {
        self.generation = generation
        self.head = head
        self.restorations = restorations
    }

    /// Reads what ``lines`` wrote; `nil` when the first line is none.
    init?(_ bytes: [UInt8]) {
        guard let (kind, generation, head) = Self.parse(bytes.prefix(Self.lineLength)), kind == UInt8(ascii: "h") else {
            return nil
        }
        self.init(generation: generation, head: head)
        var rest = bytes.dropFirst(Self.lineLength)
        while let (kind, generation, head) = Self.parse(rest.prefix(Self.lineLength)), kind == UInt8(ascii: "g") {
            restorations.append(Beginning(generation: generation, head: head))
            rest = rest.dropFirst(Self.lineLength)
        }
    }

    /// The head with which a new generation begins, if a database with this generation and head is not the one that was
    /// last written: up to there all agree.
    ///
    /// `nil` when it is.
    ///
    /// What the lost generations began with counts as well: a backup may be older than a restoration.
    func restoredHead(generation: Int64, head: Int64) -> Int64? {
        guard generation < self.generation || generation == self.generation && head < self.head else { return nil }
        return restorations.reduce(head) { $1.generation > generation ? min($0, $1.head) : $0 }
    }

    // MARK: Lines

    // h 00000000000000000001 00000000000000001042 0123456789abcdef
    private static func line(_ kind: UInt8, _ first: Int64, _ second: Int64) -> [UInt8] {
        var line = [UInt8](repeating: UInt8(ascii: " "), count: lineLength)
        line[0] = kind
        write(UInt64(max(0, first)), base: 10, into: &line, 2..<22)
        write(UInt64(max(0, second)), base: 10, into: &line, 23..<43)
        write(checksum(line[..<44]), base: 16, into: &line, 44..<60)
        line[60] = UInt8(ascii: "\n")
        return line
    }

    private static func parse(_ line: ArraySlice<UInt8>) -> (kind: UInt8, Int64, Int64)? {
        let line = Array(line)
        guard line.count == lineLength, let first = number(line[2..<22]), let second = number(line[23..<43]),
            self.line(line[0], first, second) == line
        else { return nil }
        return (line[0], first, second)
    }

    private static func write(_ number: UInt64, base: UInt64, into line: inout [UInt8], _ range: Range<Int>) {
        var rest = number
        for index in range.reversed() {
            let digit = UInt8(rest % base)
            line[index] = digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10
            rest /= base
        }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int64? {
        Int64(String(decoding: digits, as: UTF8.self))
    }

    /// FNV-1a with 64 bits (draft-eastlake-fnv).
    private static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt64 {
        bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
}
