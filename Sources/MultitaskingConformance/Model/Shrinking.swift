/// Makes a failing list as short as it can by leaving parts of it out.
///
/// First halves, then quarters, and so on to single elements (delta debugging: Zeller, Hildebrandt 2002).
/// - Parameters:
///   - attempts: how often `fails` may be asked.
///   - fails: whether a shorter list still fails.
func shrink<Element>(_ list: [Element], attempts: Int, while fails: ([Element]) throws -> Bool) rethrows -> [Element] {
    var list = list
    var left = attempts
    var size = max(1, list.count / 2)
    while true {
        var hasShrunk = false
        var start = 0
        while start < list.count {
            guard left > 0 else { return list }
            left -= 1
            let shorter = Array(list[..<start] + list[min(list.count, start + size)...])
            if try fails(shorter) {
                list = shorter
                hasShrunk = true
            } else {
                start += size
            }
        }
        if size == 1, !hasShrunk { return list }
        size = max(1, size / 2)
    }
}
