/// Elements in ascending order of their numbers, any of which may leave.
///
/// An element that leaves is found by its number and leaves a gap, and the gaps are closed before they outnumber the
/// elements. So a line is emptied in any order in about the time that it took to fill it.
///
/// What is taken out is returned, so that it can be released outside of the lock that the line is kept under.
@usableFromInline
package struct NumberedLine<Element: Sendable>: Sendable {
    @usableFromInline
    struct Place: Sendable {
        @usableFromInline let number: UInt64
        /// Nil when it has left.
        @usableFromInline var element: Element?

        @inlinable
        init(number: UInt64, element: Element) {
            self.number = number
            self.element = element
        }
    }

    /// In ascending order of their numbers; the last one isn't a gap.
    @usableFromInline var places: [Place] = []
    /// The index of the first place that isn't a gap.
    @usableFromInline var head = 0
    @usableFromInline package internal(set) var count = 0

    @inlinable
    package init() {}

    @inlinable package var isEmpty: Bool { count == 0 }

    /// All of them, in their order.
    @inlinable package var elements: [Element] { places[head...].compactMap { $0.element } }

    /// Adds an element at the end. Its number is greater than those of all others, including those that have left.
    @inlinable
    package mutating func append(_ element: Element, _ number: UInt64) {
        places.append(Place(number: number, element: element))
        count += 1
    }

    /// The element with a number; nil if it is not there.
    @inlinable package subscript(number: UInt64) -> Element? { index(of: number).flatMap { places[$0].element } }

    /// The first element whose number is greater than this one.
    @inlinable
    package func first(after number: UInt64) -> (number: UInt64, element: Element)? {
        places[index { $0 > number }...].lazy.compactMap { place in place.element.map { (place.number, $0) } }.first
    }

    /// Takes one element out; nil if it is not there.
    @inlinable
    package mutating func remove(_ number: UInt64) -> Element? {
        guard let index = index(of: number), let element = places[index].element.take() else { return nil }
        left(1)
        return element
    }

    /// Takes out the elements that have left according to `hasLeft`, and returns them in their order.
    @inlinable
    package mutating func removeAll(where hasLeft: (Element) -> Bool) -> [Element] {
        var gone: [Element] = []
        for index in places.indices[head...] {
            guard let element = places[index].element, hasLeft(element) else { continue }
            gone.append(element)
            places[index].element = nil
        }
        left(gone.count)
        return gone
    }

    /// Takes all elements out, and returns them in their order.
    @inlinable
    package mutating func removeAll() -> [Element] {
        defer { self = NumberedLine() }
        return elements
    }

    @inlinable
    mutating func left(_ number: Int) {
        count -= number
        // What is added last often leaves first, and needs no gap.
        while let last = places.last, last.element == nil { places.removeLast() }
        if places.isEmpty { head = 0 }
        while head < places.count, places[head].element == nil { head += 1 }
        if places.count > 2 * count + 16 {
            places.removeAll { $0.element == nil }
            head = 0
        }
    }

    @inlinable
    func index(of number: UInt64) -> Int? {
        let index = index { $0 >= number }
        return index < places.count && places[index].number == number ? index : nil
    }

    /// The index of the first place with a number of which `isBehind` holds, as it does of all greater ones.
    @inlinable
    func index(where isBehind: (UInt64) -> Bool) -> Int {
        var (low, high) = (head, places.count)
        while low < high {
            let middle = (low + high) / 2
            if isBehind(places[middle].number) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
