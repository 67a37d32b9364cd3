import Glibc
import MultitaskingCore

extension MultitaskingError {
    /// What the operating system said, what was attempted, and what to do.
    static func system(_ code: Int32, _ attempt: String, advice: String) -> Self {
        let text = unsafe String(cString: strerror(code))
        let kind: Code = code == EPERM || code == EACCES ? .permissionDenied : .systemError
        return Self(kind, "could not \(attempt): \(text) (errno \(code)); \(advice)")
    }
}
