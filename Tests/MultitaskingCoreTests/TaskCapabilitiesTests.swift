import MultitaskingCore
import Testing

@Suite struct TaskCapabilitiesTests {
    private static let options: [(TaskOptions, TaskCapabilities, String)] = [
        (TaskOptions(timeout: .seconds(1)), .timeout, "timeout"),
        (TaskOptions(queueTimeout: .seconds(1)), .queueTimeout, "queueTimeout"),
        (TaskOptions(retries: .onCrash(2)), .crashRetries, "retries after a crash"),
        (TaskOptions(retries: .onLoss(2)), .lossRetries, "retries after a loss"),
        (TaskOptions(retries: .onErrors(CancellationError.self, limit: 2)), .errorRetries, "retries after errors"),
        (TaskOptions(resources: ResourceRequest(gpus: 0.5)), .resources, "resources"),
    ]

    @Test(arguments: options.indices)
    func whatABackendDoesNotKeepIsRefusedByName(_ index: Int) throws {
        let (options, capability, name) = Self.options[index]
        #expect(options.requiredCapabilities == capability)
        try options.validate(for: capability)
        for others in [TaskCapabilities(), TaskCapabilities(rawValue: .max).subtracting(capability)] {
            let error = #expect(throws: MultitaskingError.self) { try options.validate(for: others) }
            #expect(error?.code == .invalidArgument && error?.message.contains(name) == true)
        }
    }

    @Test func defaultOptionsAskForNothing() throws {
        try TaskOptions.default.validate(for: [])
        try TaskOptions(waitForRoom: .never, gracePeriod: .zero).validate(for: [])
        #expect(TaskOptions(resources: ResourceRequest(cpus: 1)) == TaskOptions(resources: ResourceRequest(cpus: 1)))
        #expect(TaskOptions(resources: ResourceRequest(cpus: 1)) != TaskOptions(resources: ResourceRequest(cpus: 2)))
    }

    @Test(arguments: [
        ResourceRequest(cpus: -1), ResourceRequest(gpus: .nan), ResourceRequest(memory: -1),
        ResourceRequest(custom: ["tape": .infinity]),
    ])
    func amountsThatAreNoneAreRefused(_ request: ResourceRequest) {
        let error = #expect(throws: MultitaskingError.self) {
            try TaskOptions(resources: request).validate(for: .resources)
        }
        #expect(error?.code == .invalidArgument)
    }
}
