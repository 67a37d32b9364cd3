// error: cannot convert value of type '()' to expected argument type '@Sendable () throws -> Void'
import Multitasking

func connect(_ address: String) {}

try withProcessPoolExecutor(maxWorkers: 1, initializer: connect("db")) { manager in }
