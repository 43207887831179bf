import EddaCore
import Testing

@testable import EddaSQLite

@Suite struct WriteQueueTests {
    @Test func wakesTheWriterOnceAndKeepsOrder() {
        var queue = WriteQueue<Int>(limit: 10)
        #expect(queue.add(1) == .wake)
        #expect(queue.add(2) == .wait)
        #expect(queue.add(3) == .wait)
        #expect(queue.takeGroup(most: 2) == [1, 2])
        #expect(queue.add(4) == .wait)
        #expect(queue.takeGroup(most: 2) == [3, 4])
        #expect(queue.takeGroup(most: 2).isEmpty)
        #expect(queue.add(5) == .wake)
    }

    @Test func whatDidNotFitComesFirst() {
        var queue = WriteQueue<Int>(limit: 10)
        for unit in 1...6 { _ = queue.add(unit) }
        let group = queue.takeGroup(most: 4)
        queue.putBack(group.dropFirst())
        #expect(queue.count == 5)
        #expect(queue.takeGroup(most: 10) == [2, 3, 4, 5, 6])
        queue.putBack([6])
        #expect(queue.takeGroup(most: 10) == [6])
    }

    @Test func isBounded() {
        var queue = WriteQueue<Int>(limit: 2)
        _ = queue.add(1)
        _ = queue.add(2)
        #expect(queue.add(3) == .refuse(waiting: 2))
        _ = queue.takeGroup(most: 1)
        #expect(queue.add(3) == .wait)
    }

    @Test func aClosedQueueFinishesWhatItHas() {
        var queue = WriteQueue<Int>(limit: 2)
        _ = queue.add(1)
        #expect(queue.close() == false)
        #expect(queue.add(2) == .closed)
        #expect(queue.takeGroup(most: 5) == [1])
        var idle = WriteQueue<Int>(limit: 2)
        #expect(idle.close() == true)
    }

    @Test func unitsThatAreDoneAreLetGoOfAlsoWhenTheQueueNeverRunsDry() {
        var queue = WriteQueue<Int>(limit: 10_000)
        for unit in 0..<600 { _ = queue.add(unit) }
        var next = 0
        for _ in 0..<1_000 {
            let group = queue.takeGroup(most: 512)
            #expect(group == Array(next..<next + 512))
            next += 512
            for unit in 0..<512 { _ = queue.add(next + 88 + unit) }
        }
        #expect(queue.count == 600)
        #expect(queue.held < 3_000)
    }

    @Test func streamsThatAreRememberedAreBounded() {
        var heads = StreamHeads()
        for number in 1...3 * Int64(StreamHeads.limit) {
            heads.change(StreamID(unchecked: "s-\(number)"), to: .init(number: number, category: 1, version: 1))
            heads.commit()
        }
        #expect(heads.count <= StreamHeads.limit)
    }

    @Test func namesOfARolledBackUnitAreForgotten() {
        var names = NameMemory()
        names.remember("a", .type, as: 1)
        let mark = names.mark
        names.intern("b", .type, as: 2)
        names.rollBack(to: mark)
        #expect(names.number(of: "b", .type) == nil)
        #expect(names.typeName(2) == nil)
        #expect(names.number(of: "a", .type) == 1)
    }
}
