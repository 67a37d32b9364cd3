import Glibc

/// Prints one figure as a line of JSON, for the driver.
public func report(_ metric: String, _ value: Double, _ unit: String) {
    print("{\"metric\": \"\(metric)\", \"value\": \(value), \"unit\": \"\(unit)\"}")
    fflush(nil)
}

/// What the clock shows, in microseconds; all processes of a machine see the same.
public func microseconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

/// How long something takes, in microseconds.
public func microseconds(_ body: () throws -> Void) rethrows -> Double {
    let start = microseconds()
    try body()
    return microseconds() - start
}

/// The median of what `sample` gives when it is called `count` times, after a few calls to warm up.
public func median(of count: Int, warmUp: Int = 2, _ sample: () throws -> Double) rethrows -> Double {
    for _ in 0..<warmUp { _ = try sample() }
    var samples: [Double] = []
    for _ in 0..<count { samples.append(try sample()) }
    return samples.sorted()[count / 2]
}

/// Runs the work that the program's first argument names; says which there are if there is none of this name.
public func runWork(_ works: [String: () throws -> Void]) throws {
    guard CommandLine.arguments.count > 1, let work = works[CommandLine.arguments[1]] else {
        print("works:", works.keys.sorted().joined(separator: " "))
        exit(2)
    }
    try work()
}
