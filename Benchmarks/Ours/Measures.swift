import Glibc

/// The lines of a small file, such as those of /proc.
func lines(of path: String) -> [Substring] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var text: [UInt8] = []
    while case let byte = fgetc(file), byte != EOF { text.append(UInt8(byte)) }
    return String(decoding: text, as: UTF8.self).split(separator: "\n")
}

/// The number in a line like `Rss:   1234 kB`.
private func kilobytes(_ line: Substring) -> Int { Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0 }

/// Bytes of the pool's shared memory that this process has touched.
func sharedMemoryInUse() -> Int {
    var isShared = false
    var total = 0
    for line in lines(of: "/proc/self/smaps") {
        if line.first?.isUppercase == false { isShared = line.contains("/memfd:") }
        if isShared, line.hasPrefix("Rss:") { total += kilobytes(line) }
    }
    return total * 1024
}

/// Bytes that would be freed if the process ended.
func privateMemory(of process: Int32) -> Int {
    lines(of: "/proc/\(process)/smaps_rollup").filter { $0.hasPrefix("Private_C") || $0.hasPrefix("Private_D") }
        .reduce(0) { $0 + kilobytes($1) } * 1024
}

/// Nanoseconds for which this process has had a processor.
func ownProcessorTime() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Nanoseconds that all threads of the process have run.
func processorTime(of process: Int32) -> Int {
    guard let directory = opendir("/proc/\(process)/task") else { return 0 }
    defer { closedir(directory) }
    var total = 0
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        guard name.first?.isNumber == true else { continue }
        let times = lines(of: "/proc/\(process)/task/\(name)/schedstat").first?.split(separator: " ")
        total += times?.first.flatMap { Int($0) } ?? 0
    }
    return total
}
