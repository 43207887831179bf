internal import EddaCore

/// Decides what goes wrong with which message.
struct FaultPlan {
    /// A message that is sent at once.
    struct Copy {
        let message: Message
        /// Which message of the caller it is; `nil` for a duplicate and for one that was kept back.
        let index: Int?
        /// Whether its sender was told before that it was sent.
        let wasReported: Bool
    }

    /// A message that is handed over later.
    struct Late {
        let id: UInt64
        let delay: Duration
        /// The message; `nil` when it is kept back under the id.
        let message: Message?
    }

    /// What becomes of some messages.
    struct Batch {
        var copies: [Copy] = []
        var late: [Late] = []
    }

    var counts = FaultyTransport.Counts()
    var tasks: [UInt64: Task<Void, Never>] = [:]
    var isStopped = false
    private var generator: SeededGenerator
    private var nextID: UInt64 = 0
    /// Messages that wait to be overtaken.
    private var keptBack: [(id: UInt64, message: Message)] = []

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    mutating func draw(_ messages: [Message], _ faults: FaultyTransport.Faults) -> Batch {
        var batch = Batch()
        for (index, message) in messages.enumerated() {
            // Every message draws the same count of numbers, so that one rate does not change what another hits.
            let isDropped = generator.chance(faults.dropRate)
            let isDuplicated = generator.chance(faults.duplicateRate)
            let isReordered = generator.chance(faults.reorderRate)
            let delays = [drawDelay(faults.delay), drawDelay(faults.delay)]
            if isDropped {
                counts.dropped += 1
                continue
            }
            if isDuplicated { counts.duplicated += 1 }
            for (copy, delay) in delays.prefix(isDuplicated ? 2 : 1).enumerated() {
                nextID += 1
                if delay > .zero {
                    counts.delayed += 1
                    batch.late.append(Late(id: nextID, delay: delay, message: message))
                } else if copy == 0, isReordered {
                    counts.reordered += 1
                    keptBack.append((nextID, message))
                    batch.late.append(Late(id: nextID, delay: FaultyTransport.patience, message: nil))
                } else {
                    batch.copies.append(Copy(message: message, index: copy == 0 ? index : nil, wasReported: false))
                    release(into: &batch)
                }
            }
        }
        return batch
    }

    /// The message that is to be handed over, unless it was sent meanwhile.
    mutating func take(_ late: Late) -> Message? {
        if let message = late.message { return message }
        guard let index = keptBack.firstIndex(where: { $0.id == late.id }) else { return nil }
        return keptBack.remove(at: index).message
    }

    /// Lets those that were kept back follow the message that has overtaken them.
    private mutating func release(into batch: inout Batch) {
        for (id, message) in keptBack {
            batch.copies.append(Copy(message: message, index: nil, wasReported: true))
            batch.late.removeAll { $0.id == id }
            tasks[id]?.cancel()
        }
        keptBack = []
    }

    private mutating func drawDelay(_ range: ClosedRange<Duration>?) -> Duration {
        let fraction = Double(generator.next() >> 11) / Double(1 << 53)
        guard let range else { return .zero }
        return range.lowerBound + (range.upperBound - range.lowerBound) * fraction
    }
}
