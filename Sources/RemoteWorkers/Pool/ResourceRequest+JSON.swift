package import MultitaskingCore

extension ResourceRequest {
    /// As the options of a driver's tasks have it.
    package var json: JSON {
        var members: [String: JSON] = [:]
        if let cpus { members["num_cpus"] = .number(cpus) }
        if let gpus { members["num_gpus"] = .number(gpus) }
        if let memory { members["memory"] = .number(Double(memory)) }
        if !custom.isEmpty { members["resources"] = .object(custom.mapValues(JSON.number)) }
        return .object(members)
    }

    /// The same, and what it does not say as another one says it.
    func filled(from defaults: ResourceRequest) -> ResourceRequest {
        ResourceRequest(
            cpus: cpus ?? defaults.cpus, gpus: gpus ?? defaults.gpus, memory: memory ?? defaults.memory,
            custom: custom.merging(defaults.custom) { own, _ in own })
    }
}
