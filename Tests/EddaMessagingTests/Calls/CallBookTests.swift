import EddaCore
import EddaTesting
import Testing

@testable import EddaMessaging

@Suite struct CallBookTests {
    private let now = Moment(boot: "b", uptime: 0, wall: Timestamp(microseconds: 0))

    private func book(limit: Int = 2, capacity: Int = 10, _ keys: String...) -> CallBook {
        var book = CallBook(limit: limit, capacity: capacity)
        for key in keys { book.admit(parcel(key), key: key, asker: parcel("\(key)?")) }
        return book
    }

    /// Answers whoever asks, as those do who carry a call out.
    private func conclude(_ book: inout CallBook, _ key: String, _ ending: CallBook.Ending = .concluded) {
        _ = book.takeAskers(of: key)
        book.conclude(key, ending, at: now)
    }

    @Test func onlySoManyAreUnderWayInTheOrderInWhichTheyCame() {
        var book = book("a", "b", "c", "d")
        #expect(book.next(at: now).map(\.key) == ["a", "b"])
        #expect(book.next(at: now).isEmpty)
        conclude(&book, "b")
        #expect(book.next(at: now).map(\.key) == ["c"])
        #expect(book.running == 2)
        conclude(&book, "a")
        conclude(&book, "c")
        #expect(book.next(at: now).map(\.key) == ["d"])
        conclude(&book, "d")
        #expect(book.count == 0 && book.running == 0)
    }

    @Test func keysThatReadTheSameButHaveOtherBytesAreOthers() {
        let forms = ["caf\u{E9}", "cafe\u{301}"]
        var book = book(forms[0], forms[1])
        #expect(book.next(at: now).count == 2)
        conclude(&book, forms[0])
        #expect(book.takeAskers(of: forms[1]).count == 1)
        #expect(book.count == 1)
    }

    @Test func whoComesMeanwhileJoins() {
        var book = book("a")
        _ = book.next(at: now)
        book.admit(parcel("a"), key: "a", asker: parcel("second"))
        #expect(book.next(at: now).isEmpty)
        #expect(book.takeAskers(of: "a").map(\.id) == ["a?", "second"])
        book.admit(parcel("a"), key: "a", asker: parcel("late"))
        book.conclude("a", .concluded, at: now)
        #expect(book.next(at: now).map(\.key) == ["a"], "Who came while the others were answered is answered too.")
        #expect(book.takeAskers(of: "a").map(\.id) == ["late"])
        book.conclude("a", .concluded, at: now)
        #expect(book.count == 0)
    }

    @Test func thoseWhoAskKeepLittleAndAreBounded() {
        var book = book(capacity: 3, "a")
        for number in 0..<100 { book.admit(parcel("a"), key: "a", asker: parcel("\(number)")) }
        book.admit(parcel("b"), key: "b", asker: parcel("b?"))
        let askers = book.takeAskers(of: "a")
        #expect(askers.count == 3)
        #expect(askers.allSatisfy { $0.data.isEmpty })
        #expect(book.takeAskers(of: "b").count == 1, "The first to ask is always answered.")
        #expect(book.hasRoom(for: "test.parcel"))
        book.admit(parcel("c"), key: "c", asker: nil)
        #expect(!book.hasRoom(for: "test.parcel") && book.contains("a") && !book.contains("d"))
        #expect(book.hasRoom(for: "test.letter"), "Every type has its own room.")
        _ = book.next(at: now)
        conclude(&book, "a")
        #expect(book.hasRoom(for: "test.parcel") && book.count(of: "test.parcel") == 2)
    }

    @Test func oneThatWaitsForAnotherComesAfterIt() {
        var book = book(limit: 1, "undo")
        #expect(book.next(at: now).map(\.key) == ["undo"])
        book.conclude("undo", .waits(for: parcel("step"), key: "step"), at: now)
        let step = book.next(at: now)
        #expect(step.map(\.key) == ["step"])
        #expect(step.first?.answersKept == true)
        #expect(book.next(at: now).isEmpty)
        conclude(&book, "step")
        let undo = book.next(at: now)
        #expect(undo.map(\.key) == ["undo"])
        #expect(undo.first?.obstacle == nil)
    }

    @Test(arguments: [CallBook.Ending.failed(reason: "down"), .stopped(reason: "down")])
    func oneThatWaitsLearnsThatTheOtherFailed(ending: CallBook.Ending) {
        var book = book("step", "undo")
        _ = book.next(at: now)
        book.conclude("undo", .waits(for: parcel("step"), key: "step"), at: now)
        #expect(book.next(at: now).isEmpty)
        conclude(&book, "step", ending)
        #expect(book.next(at: now).first?.obstacle == "down")
    }

    @Test func whatUndoesEachOtherDoesNotWaitForEver() {
        var book = book(limit: 3, "a", "b", "c")
        _ = book.next(at: now)
        book.conclude("a", .waits(for: parcel("b"), key: "b"), at: now)
        book.conclude("b", .waits(for: parcel("c"), key: "c"), at: now)
        book.conclude("c", .waits(for: parcel("a"), key: "a"), at: now)
        let next = book.next(at: now)
        #expect(next.map(\.key) == ["c"])
        #expect(next.first?.obstacle?.contains("each other") == true)
    }

    @Test func whatIsTriedAgainComesAfterItsPauseOrWhenSomebodyAsks() {
        var book = book("a", "b")
        _ = book.next(at: now)
        conclude(&book, "a", .tryAgain(after: .seconds(5), reason: "down"))
        conclude(&book, "b", .tryAgain(after: .seconds(9), reason: "down"))
        #expect(book.pause(from: now) == .seconds(5))
        #expect(book.next(at: now.advanced(by: .seconds(4))).isEmpty)
        let again = book.next(at: now.advanced(by: .seconds(5)))
        #expect(again.map(\.key) == ["a"])
        #expect(again.first?.failures == 1)
        book.admit(parcel("b"), key: "b", asker: parcel("now"))
        #expect(book.next(at: now.advanced(by: .seconds(5))).map(\.key) == ["b"])
        #expect(book.pause(from: now) == nil)
    }

    @Test func whoWaitsForWhatIsTriedWithoutEndIsToldEachTime() {
        var book = book("step", "undo")
        _ = book.next(at: now)
        conclude(&book, "step", .tryAgain(after: .seconds(300), reason: "down"))
        for _ in 1...3 {
            // It does not wait for the pause to be over.
            book.conclude("undo", .waits(for: parcel("step"), key: "step"), at: now)
            #expect(book.next(at: now).map(\.key) == ["step"])
            conclude(&book, "step", .tryAgain(after: .seconds(300), reason: "down"))
            let undo = book.next(at: now)
            #expect(undo.map(\.key) == ["undo"] && undo.first?.obstacle == "down")
            conclude(&book, "undo", .tryAgain(after: .zero, reason: "down"))
            let again = book.next(at: now)
            #expect(again.map(\.key) == ["undo"] && again.first?.obstacle == nil)
        }
    }

    @Test func whatIsStoppedIsForgottenWithThoseWhoAsk() {
        var book = book("a")
        _ = book.next(at: now)
        book.conclude("a", .stopped(reason: "no handler"), at: now)
        #expect(book.count == 0)
        #expect(book.next(at: now).isEmpty)
    }

    @Test func atRestNothingBegins() {
        var book = book("a", "b")
        _ = book.next(at: now)
        book.admit(parcel("c"), key: "c", asker: nil)
        book.isResting = true
        conclude(&book, "a")
        #expect(book.next(at: now).isEmpty)
        #expect(book.running == 1)
    }

    // acceptance: 59
    @Test func atRestNobodyWakesForWhatPauses() {
        var book = book("a", "b")
        _ = book.next(at: now)
        conclude(&book, "a", .tryAgain(after: .seconds(5), reason: "down"))
        book.isResting = true
        let due = now.advanced(by: .seconds(5))
        #expect(book.next(at: due).isEmpty)
        #expect(book.pause(from: due) == nil, "Whoever waits for it would not wait at all, as long as b is under way.")
    }
}
