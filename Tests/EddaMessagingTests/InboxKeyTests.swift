import EddaCore
import EddaTesting
import Testing

@testable import EddaMessaging

// guarantees: G8
@Suite struct InboxKeyTests {
    private func inboxKey(_ source: String, _ key: String) -> String {
        var message = parcel("1")
        message.source = source
        return message.inboxKey(key)
    }

    @Test func thatOfAnOrdinarySenderIsItsSourceAndItsKey() {
        #expect(inboxKey("/orders", "1042/pay") == "/orders 1042/pay")
    }

    // As names of services may be.
    @Test func noTwoSendersShareOne() {
        let parts = [
            "", " ", "a", "a b", " a", "a ", "1", "1 a", " 1 a", "3 a b", " 3 a b", "\u{301}", " \u{301}", "b",
        ]
        var senders: [[UInt8]: (String, String)] = [:]
        for source in parts {
            for key in parts {
                let text = Array(inboxKey(source, key).utf8)
                #expect(senders[text] == nil, "\((source, key)) and \(String(describing: senders[text]))")
                senders[text] = (source, key)
            }
        }
        #expect(senders.count == parts.count * parts.count)
    }
}
