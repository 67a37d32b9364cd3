/// Virtual time, in whole nanoseconds since the simulation began.
typealias Nanoseconds = Int64
