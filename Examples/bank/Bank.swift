import Multitasking

// A bank with a mistake that almost never shows. Depositors are tasks; the bank is their parent, which keeps the
// balance and answers what they ask.

/// What a depositor asks of the bank.
enum Request: Codable, Sendable {
    /// "What is the balance?" The answer goes to the depositor of this name.
    case read(String)
    /// "Make it this."
    case write(Int)
    /// "Make it more by this."
    case add(Int)
}

/// The mistake: what another depositor writes between the reading and the writing is lost.
func depositCarelessly(_ context: TaskContext, _ name: String, _ amount: Int) throws {
    try context.writeOutput(Request.read(name), wait: .forever)
    guard let balance = try context.readInput(as: Int.self, wait: .forever) else { return }
    try context.writeOutput(Request.write(balance + amount), wait: .forever)
}

/// The right way: one request, which the bank fulfils in one step.
func depositCarefully(_ context: TaskContext, _ name: String, _ amount: Int) throws {
    try context.writeOutput(Request.add(amount), wait: .forever)
}

/// Opens the bank until all depositors are through, and returns the balance.
func runBank(_ session: TaskSession) throws -> Int {
    var balance = 0
    let requests = try session.context
    func serve(_ request: Request) throws {
        switch request {
        case .read(let name): try session.task(named: name)?.writeInput(balance)
        case .write(let amount): balance = amount
        case .add(let amount): balance += amount
        }
    }
    while try !session.allDone {
        guard let request = try requests.readOutput(as: Request.self, wait: .upTo(.seconds(1))) else { continue }
        try serve(request)
    }
    for request in try requests.readOutputUntilEmpty(as: Request.self) { try serve(request) }
    return balance
}

let depositorScopes = Scopes(inputQueue: .perTask, outputQueue: .session)

/// Two careless depositors of 10 each.
func carelessBank(_ manager: TaskManager) throws -> Int {
    let session = try manager.session()
        .submit("anna", depositCarelessly, scopes: depositorScopes, "anna", 10)
        .submit("ben", depositCarelessly, scopes: depositorScopes, "ben", 10)
    return try runBank(session)
}

/// Two careful depositors of 10 each.
func carefulBank(_ manager: TaskManager) throws -> Int {
    let session = try manager.session()
        .submit("anna", depositCarefully, scopes: depositorScopes, "anna", 10)
        .submit("ben", depositCarefully, scopes: depositorScopes, "ben", 10)
    return try runBank(session)
}
