/// A value, error or state in few words, for descriptions: what is longer than a line ends in dots.
package func brief(_ value: Any, limit: Int = 100) -> String {
    let text = beginning(of: value, limit, isElement: false).printableLines
    guard text.utf8.count > limit else { return text }
    return text.prefix(limit - 1) + "…"
}

/// What the standard library says of a value, or at least so many bytes of it: of a large array, all of it would take
/// seconds.
private func beginning(of value: Any, _ limit: Int, isElement: Bool) -> String {
    let mirror = Mirror(reflecting: value)
    // An optional string can be cast to a string, too.
    if mirror.displayStyle != .optional, let text = value as? String {
        let text = text.utf8.count > limit ? String(text.prefix(limit + 1)) : text
        return isElement ? text.debugDescription : text
    }
    switch mirror.displayStyle {
    case .collection, .set: return beginning(of: mirror.children, limit) { beginning(of: $0, $1, isElement: true) }
    case .dictionary where !mirror.children.isEmpty:
        return beginning(of: mirror.children, limit) { entry, limit in
            Mirror(reflecting: entry).children.map { beginning(of: $0.value, limit, isElement: true) }
                .joined(separator: ": ")
        }
    case .optional:
        guard let wrapped = mirror.children.first else { return "nil" }
        return "Optional(\(beginning(of: wrapped.value, limit, isElement: true)))"
    default: return isElement ? String(reflecting: value) : String(describing: value)
    }
}

private func beginning(
    of elements: Mirror.Children, _ limit: Int, _ element: (_ value: Any, _ limit: Int) -> String
) -> String {
    var text = "["
    for child in elements {
        if text.utf8.count > limit { return text }
        if text.utf8.count > 1 { text += ", " }
        text += element(child.value, limit - text.utf8.count)
    }
    return text + "]"
}
