import Edda
import EddaTesting
import Foundation
import Testing

@testable import OrderFulfilment

/// The databases of every earlier program can be read: `Golden` keeps one event of each version as it was stored.
///
/// After adding an event or raising a `schemaVersion`, give a sample, run this suite once with `EDDA_RECORD_GOLDEN=1` and
/// commit what it writes. Files are only ever added.
@Suite struct GoldenFilesTests {
    @Test(arguments: ServiceName.allCases)
    func everyVersionOfEveryEventIsRead(service: ServiceName) throws {
        try GoldenFiles(in: folder(of: service), schema: service.schema, samples: samples(of: service)).check()
    }

    private func folder(of service: ServiceName) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden/\(service)").path(
            percentEncoded: false
        )
    }

    private func samples(of service: ServiceName) -> [any Event] {
        let lines = [StockLine(sku: "tea", quantity: 2), StockLine(sku: "cup", quantity: 1)]
        return switch service {
        case .orders:
            [
                OrderPlaced(
                    customer: "ada",
                    currency: "EUR",
                    country: "FI",
                    lines: [OrderLine(sku: "tea", quantity: 2, unitPriceMinor: 450)],
                    total: 900
                ),
                // Without what may be missing.
                OrderPlaced(customer: "ada", currency: "EUR", country: nil, lines: [], total: 0),
                OrderConfirmed(tracking: "parcel-1042"),
                OrderCancelled(reason: "payment.declined"),
            ]
        case .inventory:
            [
                StockReceived(quantity: 40), StockReserved(lines: lines), ReservationReleased(lines: lines),
                StockIssued(lines: lines),
            ]
        case .payments:
            [
                PaymentAuthorized(currency: "EUR", amount: 900), PaymentVoided(),
                PaymentCaptured(currency: "EUR", amount: 900),
            ]
        case .shipping:
            [
                ShipmentCreated(tracking: "parcel-1042", country: "FI", lines: lines),
                ShipmentCreated(tracking: "parcel-1042", country: nil, lines: []),
            ]
        }
    }
}
