import MultitaskingCore
import Testing

@Suite struct TimeHistogramTests {
    @Test
    func percentile_ofOneTime_isThatTimeWithinSevenPercent() {
        var time: UInt64 = 1_000
        while time < 1 << 47 {
            var histogram = TimeHistogram()
            histogram.add(time)
            // What is shorter keeps the longest from being the answer to everything.
            histogram.add(time * 3, count: 1)
            let found = Double(histogram.percentile(0.5))
            #expect(abs(found / Double(time) - 1) <= 0.07, "\(time) became \(found)")
            time = time * 17 / 11
        }
    }

    @Test
    func classes_ofGrowingTimes_growWithoutGaps() {
        var last = -1
        for time in stride(from: UInt64(0), to: 1 << 22, by: 64) {
            let index = TimeHistogram.index(of: time)
            #expect(index == last || index == last + 1)
            last = index
        }
        #expect(TimeHistogram.index(of: .max) == TimeHistogram.classCount - 1)
    }

    @Test
    func percentiles_ofManyTimes_areThoseOfTheirRanks() {
        var histogram = TimeHistogram()
        #expect(histogram.percentile(0.99) == 0 && histogram.times.count == 0)
        for number in 1...1000 { histogram.add(UInt64(number) * 1_000_000) }
        for (part, rank) in [(0.5, 500.0), (0.9, 900), (0.99, 990)] {
            #expect(abs(Double(histogram.percentile(part)) / (rank * 1e6) - 1) <= 0.07)
        }
        #expect(histogram.longest == 1_000_000_000 && histogram.count == 1000)
        #expect(histogram.times.mean == .nanoseconds(500_500_000))
    }

    @Test
    func timesThatStandForSeveral_weighAsMuch() {
        var histogram = TimeHistogram()
        histogram.add(1_000, count: 99)
        histogram.add(1_000_000)
        var sum = TimeHistogram()
        for _ in 0..<3 { sum.add(histogram) }
        #expect(sum.count == 300 && sum.percentile(0.98) < 2_000 && sum.percentile(1) == 1_000_000)
    }
}
