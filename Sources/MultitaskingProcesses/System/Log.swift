import Logging

extension Logger {
    /// Where the process pools of this program report what no error can say.
    static let processes = Logger(label: "swift-multitasking.processes")
}
