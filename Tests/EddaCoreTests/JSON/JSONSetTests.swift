import EddaCore
import EddaTesting
import Foundation
import Testing

/// Equal sets have equal bytes, in whatever order their elements came and are kept.
// acceptance: 8
@Suite struct JSONSetTests {
    private enum Shelf: String, Codable {
        case top
        case middle
        case bottom
    }

    private struct Stock: Codable, Equatable {
        var skus: Set<String> = []
        var counts: [Shelf: Int] = [:]
        var groups: [Set<Int>] = []
        var byID: [UUID: Set<Bool>]?
        var names: [String: Set<Double>] = [:]
        var wrapped: Wrapped?
    }

    private struct Wrapped: Codable, Equatable {
        var value: Set<[Int]>

        init(value: Set<[Int]>) { self.value = value }
        init(from decoder: any Decoder) throws { value = try decoder.singleValueContainer().decode(Set<[Int]>.self) }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            try container.encode(value)
        }
    }

    private let codec = JSONCodec()

    private func text(_ value: some Encodable) throws -> String {
        String(decoding: try codec.encode(value), as: UTF8.self)
    }

    @Test func elementsAreInTheOrderOfTheirBytes() throws {
        let stock = Stock(
            skus: ["b", "a", "", "ä", "ab"],
            counts: [.top: 3, .middle: 2, .bottom: 1],
            groups: [[3, 1, 2], [], [10, 9]],
            byID: [UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)): [true, false]],
            names: ["y": [0.5, 0.25], "x": []],
            wrapped: Wrapped(value: [[2, 1], [1, 2]])
        )
        let written = try text(stock)
        #expect(
            written == #"{"byID":["00000000-0000-0000-0000-000000000001",[false,true]],"#
                + #""counts":["bottom",1,"middle",2,"top",3],"groups":[[1,2,3],[],[10,9]],"#
                + #""names":{"x":[],"y":[0.25,0.5]},"skus":["","a","ab","b","ä"],"wrapped":[[1,2],[2,1]]}"#
        )
        #expect(try codec.decode(Stock.self, from: Array(written.utf8)) == stock)
    }

    @Test func capacityAndOrderOfInsertionDoNotMatter() throws {
        var random = SeededGenerator(seed: 5)
        for count in [0, 1, 2, 3, 50, 500] {
            let skus = (0..<count).map { "sku-\($0)" }
            let first = try text(Stock(skus: Set(skus), counts: [.top: 1, .bottom: 2]))
            for capacity in [0, 1_000, 10_000] {
                var set = Set<String>(minimumCapacity: capacity)
                for sku in skus.shuffled(using: &random) { set.insert(sku) }
                var counts = [Shelf: Int](minimumCapacity: capacity)
                counts[.bottom] = 2
                counts[.top] = 1
                #expect(try text(Stock(skus: set, counts: counts)) == first)
            }
        }
    }

    // Arrays keep the order that they have.
    @Test func arraysAreNotSorted() throws {
        #expect(try text([[3, 1], [2]]) == "[[3,1],[2]]")
        #expect(try text([Shelf.top, .bottom]) == #"["top","bottom"]"#)
    }
}
