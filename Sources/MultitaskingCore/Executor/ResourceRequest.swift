/// What a task needs of the machine it runs on, for backends that choose among machines.
///
/// ```swift
/// let options = TaskOptions(resources: ResourceRequest(cpus: 2, memory: 4 << 30, custom: ["tape": 1]))
/// ```
/// A task waits until a machine has all of it free. A backend that cannot keep it refuses it with `invalidArgument`.
public struct ResourceRequest: Sendable, Hashable {
    /// How many processors, also fractions of one; nil for the backend's default.
    public var cpus: Double?
    /// How many graphics processors, also fractions of one; nil for none.
    public var gpus: Double?
    /// How many bytes of memory; nil for no demand.
    public var memory: Int?
    /// How much of what the machines of a cluster were said to have, by name.
    public var custom: [String: Double]

    /// Makes a request.
    public init(cpus: Double? = nil, gpus: Double? = nil, memory: Int? = nil, custom: [String: Double] = [:]) {
        self.cpus = cpus
        self.gpus = gpus
        self.memory = memory
        self.custom = custom
    }

    /// Throws `invalidArgument` unless all amounts are zero or more, and numbers.
    func validate() throws {
        let amounts = [("cpus", cpus), ("gpus", gpus)] + custom.map { ($0.key, Optional($0.value)) }
        for (name, amount) in amounts {
            guard let amount, !(amount >= 0 && amount.isFinite) else { continue }
            throw MultitaskingError(
                .invalidArgument, "resources ask for \(amount) of \(name); give zero or more, or leave it out")
        }
        if let memory, memory < 0 {
            throw MultitaskingError(
                .invalidArgument, "resources ask for \(memory) bytes of memory; give zero or more, or leave it out")
        }
    }
}
