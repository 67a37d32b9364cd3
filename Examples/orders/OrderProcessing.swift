import Multitasking

/// What a worker makes of an order.
struct ProcessedOrder: Codable, Sendable {
    var order: Int
    var result: Int
    var worker: Int
}

/// Takes orders from the input queue until the cancel event is set; returns how many it has processed.
///
/// A worker that waits for an order looks up ten times a second to see whether it should leave.
func processOrders(_ context: TaskContext, _ worker: Int, _ factor: Int) async throws -> Int {
    var count = 0
    while !context.isCancelled {
        guard let order = try await context.readInput(as: Int.self, wait: .upTo(.milliseconds(100))) else { continue }
        try await Task.sleep(for: .milliseconds(10 + order % 5 * 5))
        let processed = ProcessedOrder(order: order, result: order * factor, worker: worker)
        if try await context.writeOutput(processed, wait: .upTo(.seconds(1))) {
            count += 1
        } else {
            say("Dropping order \(order), because the output queue is full")
        }
    }
    return count
}
