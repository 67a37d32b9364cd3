/// A type's name with its module, as messages show it.
///
/// Without the address that stands for where a local or private type is declared: it tells people nothing, and differs
/// from process to process.
package func qualifiedName(of type: Any.Type) -> String {
    String(reflecting: type).split(separator: ".", omittingEmptySubsequences: false)
        .filter { !$0.hasPrefix("(unknown context") }.joined(separator: ".")
}
