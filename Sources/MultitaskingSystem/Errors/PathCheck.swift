package import MultitaskingCore

/// Throws unless the system takes all of a path for its name: it would open what is in front of a zero byte.
///
/// - Throws: `invalidArgument`.
package func checkPath(_ path: String) throws(MultitaskingError) {
    guard path.utf8.contains(0) else { return }
    throw MultitaskingError(.invalidArgument, "the path \(path.debugDescription) has a zero byte; give another")
}
