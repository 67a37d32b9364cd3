import Testing

@testable import MultitaskingCore

/// Elements that leave a line wherever they stand.
@Suite struct NumberedLineTests {
    /// The orders in which elements leave.
    enum Order: CaseIterable {
        case firstToLast, lastToFirst, fromBothEnds, evenOnesFirst, random

        func callAsFunction(_ numbers: [UInt64], _ random: inout SplitMix64) -> [UInt64] {
            switch self {
            case .firstToLast: numbers
            case .lastToFirst: numbers.reversed()
            case .fromBothEnds:
                numbers.indices.map { numbers[$0.isMultiple(of: 2) ? $0 / 2 : numbers.count - 1 - $0 / 2] }
            case .evenOnesFirst:
                numbers.filter { $0.isMultiple(of: 2) } + numbers.filter { !$0.isMultiple(of: 2) }
            case .random: numbers.shuffled(using: &random)
            }
        }
    }

    @Test(arguments: Order.allCases) func elementsLeaveInAnyOrder_andTheOthersKeepTheirs(_ order: Order) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var line = NumberedLine<String>()
        let numbers = Array(1...5_000 as ClosedRange<UInt64>)
        for number in numbers { line.append("\(number)", number) }
        var left = Set(numbers)
        for (place, number) in order(numbers, &random).enumerated() {
            #expect(line.remove(number) == "\(number)" && line.remove(number) == nil, "seed \(seed)")
            left.remove(number)
            guard place.isMultiple(of: 500) else { continue }
            #expect(line.elements == left.sorted().map(String.init), "seed \(seed)")
            #expect(line.count == left.count, "seed \(seed)")
        }
        #expect(line.isEmpty && line.elements.isEmpty && line.first(after: 0) == nil)
        line.append("last", 5_001)
        #expect(line.elements == ["last"] && line[5_001] == "last" && line[5_000] == nil)
    }

    @Test func lineIsWhatASimpleOneIs_afterManyChanges() {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var (line, model) = (NumberedLine<Int>(), [(number: UInt64, element: Int)]())
        var lastNumber: UInt64 = 0
        for step in 0..<20_000 {
            // Sometimes it grows, and sometimes it becomes empty.
            let growth = step / 1_000 % 2 == 0 ? 6 : 3
            switch Int.random(in: 0..<10, using: &random) {
            case 0..<growth:
                lastNumber += .random(in: 1...3, using: &random)
                line.append(step, lastNumber)
                model.append((lastNumber, step))
            case 9 where step.isMultiple(of: 50):
                let divisor = Int.random(in: 2...5, using: &random)
                let gone = model.filter { $0.element.isMultiple(of: divisor) }.map(\.element)
                model.removeAll { $0.element.isMultiple(of: divisor) }
                #expect(line.removeAll { $0.isMultiple(of: divisor) } == gone, "seed \(seed)")
            default:
                let number = UInt64.random(in: 0...lastNumber + 1, using: &random)
                #expect(line[number] == model.first { $0.number == number }?.element, "seed \(seed)")
                let next = model.first { $0.number > number }
                let found = line.first(after: number)
                #expect(found?.number == next?.number && found?.element == next?.element, "seed \(seed)")
                let leaving = Bool.random(using: &random) ? next?.number ?? number : model.last?.number ?? number
                let index = model.firstIndex { $0.number == leaving }
                #expect(line.remove(leaving) == index.map { model.remove(at: $0).element }, "seed \(seed)")
            }
            #expect(line.count == model.count, "seed \(seed)")
            if step.isMultiple(of: 100) { #expect(line.elements == model.map(\.element), "seed \(seed)") }
        }
        #expect(line.removeAll() == model.map(\.element) && line.isEmpty, "seed \(seed)")
    }

    @Test(arguments: Order.allCases) func callbacksAreTakenBackInAnyOrder_andTheOthersKeepTheirs(_ order: Order) {
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SplitMix64(seed: seed)
        var list = CallbackList<UInt64>()
        var numbers: [UInt64] = []
        for callback in 0..<2_000 as Range<UInt64> { numbers.append(list.add(callback * 10)) }
        var left = Set(numbers)
        for number in order(numbers, &random).prefix(1_500) {
            #expect(list.remove(number) == (number - numbers[0]) * 10 && list.remove(number) == nil, "seed \(seed)")
            left.remove(number)
        }
        #expect(list.count == 500)
        let late = list.add(7)
        #expect(!numbers.contains(late))
        #expect(list.removeAll() == left.sorted().map { ($0 - numbers[0]) * 10 } + [7], "seed \(seed)")
        #expect(list.count == 0 && list.remove(late) == nil)
    }
}
