// The C library's streams are variables, which Swift would not let be read otherwise.
@unsafe @preconcurrency import Glibc

func printError(_ text: String) { unsafe fputs(text, stderr) }

/// Writes out what was printed.
func flushOutput() { unsafe fflush(stdout) }

/// The descriptors of standard output and standard error, as their streams have them.
var streamDescriptors: [Int32] { unsafe [fileno(stdout), fileno(stderr)] }

func reopenOutput(_ path: String) -> Bool { unsafe freopen(path, "w", stdout) != nil }
func closeOutput() -> Bool { unsafe fclose(stdout) == 0 }

/// Both ends of a new terminal; nil if there is none to be had.
func openTerminal() -> (controller: Int32, terminal: Int32)? {
    let controller = unsafe open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
    var unlocked: Int32 = 0
    var number: Int32 = 0
    // TIOCSPTLCK and TIOCGPTN, which are macros that Swift does not see.
    guard controller >= 0, unsafe ioctl(controller, 0x4004_5431, &unlocked) == 0,
        unsafe ioctl(controller, 0x8004_5430, &number) == 0
    else { return nil }
    let terminal = unsafe open("/dev/pts/\(number)", O_RDWR | O_NOCTTY | O_CLOEXEC)
    return terminal >= 0 ? (controller, terminal) : nil
}
