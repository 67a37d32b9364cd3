// The one file that calls the C library.

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

import MultitaskingCore

/// The machine, as far as the kit asks about it.
enum System {
    static func sleep(milliseconds: Int) { usleep(UInt32(clamping: milliseconds * 1000)) }

    static var processID: Int32 { getpid() }

    /// The names in a directory; empty if it cannot be read.
    static func entries(of path: String) -> [String] {
        guard let directory = unsafe opendir(path) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        // SAFETY: the entry and its name, which ends with a zero, live until the next call for this directory.
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// The first 64 KiB of a file; empty if it cannot be read.
    static func contents(of path: String) -> String {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "" }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        // SAFETY: the call writes at most as many bytes as the array has.
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    /// Names the calling thread, and by that also those that it starts and that have no names of their own.
    static func nameThread(_ name: String) {
        // The C library's headers hide pthread_setname_np from Swift; this file is what it writes.
        let descriptor = unsafe open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        let bytes = Array(name.utf8.prefix(15))
        _ = unsafe write(descriptor, bytes, bytes.count)
        close(descriptor)
    }

    /// What a symbolic link points to; empty if it is none.
    static func target(of path: String) -> String {
        var bytes = [CChar](repeating: 0, count: 512)
        // SAFETY: the call writes at most as many bytes as the array has, and no zero at the end.
        let count = unsafe readlink(path, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The machine's monotonic clock.
struct MachineClock: TaskClock {
    var now: Duration {
        var time = timespec()
        // SAFETY: the call writes one timespec, which outlives it.
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    func sleep(for duration: Duration) {
        let end = now + duration
        while now < end {
            let left = min(end - now, .seconds(1)).components
            usleep(UInt32(clamping: left.seconds * 1_000_000 + left.attoseconds / 1_000_000_000_000 + 1))
        }
    }
}

/// A thread of the kit.
final class KitThread: Sendable {
    private let end = Flag()
    private let handle: pthread_t

    /// Starts a thread that runs `body`.
    init(_ body: @escaping @Sendable () -> Void) {
        let end = end
        let start = unsafe Unmanaged.passRetained(
            Start {
                body()
                end.set()
            })
        #if canImport(Darwin)
            var made: pthread_t?
        #else
            var made = pthread_t()
        #endif
        // SAFETY: the thread takes over the reference that was retained for it.
        let status = unsafe pthread_create(
            &made, nil,
            { argument in
                #if canImport(Darwin)
                    unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                #else
                    if let argument = unsafe argument {
                        unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
                    }
                #endif
                return nil
            }, unsafe start.toOpaque())
        precondition(status == 0, "the system refuses a thread to the conformance kit")
        #if canImport(Darwin)
            guard let made = unsafe made else { preconditionFailure("a thread without a handle") }
            unsafe handle = made
        #else
            handle = made
        #endif
    }

    /// Waits until the thread has ended; false if it has not within the limit, and is left to itself.
    func join(within limit: Duration) -> Bool {
        guard end.wait(within: limit) else {
            detach()
            return false
        }
        pthread_join(handle, nil)
        return true
    }

    /// Lets the thread end by itself.
    func detach() { pthread_detach(handle) }

    private final class Start: Sendable {
        private let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }

        func run() {
            // What the backend starts from here must not look like a thread of Dispatch, which blocks all signals.
            var none = sigset_t()
            // SAFETY: the calls write and read one signal set.
            unsafe sigemptyset(&none)
            unsafe pthread_sigmask(SIG_SETMASK, &none, nil)
            System.nameThread("conformance")
            body()
        }
    }
}
