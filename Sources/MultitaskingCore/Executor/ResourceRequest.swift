/// The resources that a task needs, for backends that choose among machines.
///
/// ```swift
/// let options = TaskOptions(resources: ResourceRequest(cpus: 2, memory: 4 << 30, custom: ["tape": 1]))
/// ```
/// A task waits until one machine has all of them free. A backend that doesn't support requests refuses them with
/// `invalidArgument`.
public struct ResourceRequest: Sendable, Hashable {
    /// The number of CPUs, which may be fractional; nil for the backend's default.
    public var cpus: Double?
    /// The number of GPUs, which may be fractional; nil for none.
    public var gpus: Double?
    /// The number of bytes of memory; nil for no requirement.
    public var memory: Int?
    /// The amounts of custom resources, by the names under which the cluster declares them.
    public var custom: [String: Double]

    /// Creates a request.
    public init(cpus: Double? = nil, gpus: Double? = nil, memory: Int? = nil, custom: [String: Double] = [:]) {
        self.cpus = cpus
        self.gpus = gpus
        self.memory = memory
        self.custom = custom
    }

    /// Throws `invalidArgument` if an amount is negative or not a number.
    func validate() throws {
        let amounts = [("cpus", cpus), ("gpus", gpus)] + custom.map { ($0.key, Optional($0.value)) }
        for (name, amount) in amounts {
            guard let amount, !(amount >= 0 && amount.isFinite) else { continue }
            throw MultitaskingError(
                .invalidArgument, "resources ask for \(amount) of \(name); use zero or more, or omit it")
        }
        if let memory, memory < 0 {
            throw MultitaskingError(
                .invalidArgument, "resources ask for \(memory) bytes of memory; use zero or more, or omit it")
        }
    }
}
