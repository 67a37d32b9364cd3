import MultitaskingCore
import Testing

@Suite struct FIFOTests {
    @Test func elementsKeepTheirOrder_whileItGrowsAndWraps() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var generator = SplitMix64(seed: seed)
        var (fifo, model) = (FIFO<Int>(), [Int]())
        for number in 0..<20_000 {
            // Sometimes it grows, also beyond what it keeps when it is empty, and sometimes it becomes empty.
            switch Int.random(in: 0..<(number / 5_000 % 2 == 0 ? 9 : 5), using: &generator) {
            case 0..<3:
                let first = fifo.popFirst()
                #expect(first == (model.isEmpty ? nil : model.removeFirst()), "seed \(seed)")
            case 3:
                fifo.prepend(number)
                model.insert(number, at: 0)
            default:
                fifo.append(number)
                model.append(number)
            }
            #expect(fifo.first == model.first && fifo.count == model.count, "seed \(seed)")
            #expect(fifo.isEmpty == model.isEmpty, "seed \(seed)")
        }
        let copy = fifo
        #expect(fifo.removeAll() == model && fifo.isEmpty && fifo.popFirst() == nil, "seed \(seed)")
        #expect(copy.count == model.count)
    }
}
