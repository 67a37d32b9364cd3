/// A value, error or state in few words, for descriptions: what is longer than a line ends in dots.
package func brief(_ value: Any, limit: Int = 100) -> String {
    let text = String(describing: value).printableLines
    guard text.utf8.count > limit else { return text }
    return text.prefix(limit - 1) + "…"
}
