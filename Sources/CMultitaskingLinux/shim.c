#define _GNU_SOURCE
#include "CMultitaskingLinux.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Newer than some C libraries' wait.h.
enum { MT_P_PIDFD = 3 };

static inline long or_errno(long result) { return result < 0 ? -errno : result; }

// Newer than some C libraries' mman.h and some kernels.
enum { MT_NOEXEC_SEAL = 8 };

// Not in every C library's mman.h.
enum { MT_LOCK_ON_FAULT = 1 };

int mt_memfd_create(const char *name) {
    int descriptor = (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MT_NOEXEC_SEAL);
    if (descriptor < 0 && errno == EINVAL)
        descriptor = (int)syscall(SYS_memfd_create, name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return (int)or_errno(mt_above_standard(descriptor));
}

int mt_seal_size(int memfd) { return (int)or_errno(fcntl(memfd, F_ADD_SEALS, mt_size_seals)); }

void *mt_map_shared(int descriptor, size_t length) {
    // Where mlockall(MCL_FUTURE) holds, a mapping is filled when it is made, and all its pages are memory from then on;
    // one without access is not.
    void *address = mmap(NULL, length, PROT_NONE, MAP_SHARED | MAP_NORESERVE, descriptor, 0);
    if (address == MAP_FAILED) return NULL;
    // Only locked memory is busy. It stays locked, page by page, as it is used.
    bool is_locked = msync(address, 1, MS_ASYNC | MS_INVALIDATE) != 0 && errno == EBUSY;
    if ((is_locked && syscall(SYS_mlock2, address, length, MT_LOCK_ON_FAULT) != 0) ||
        mprotect(address, length, PROT_READ | PROT_WRITE) != 0) {
        int code = errno;
        munmap(address, length);
        errno = code;
        return NULL;
    }
    return address;
}

int mt_discard(void *address, size_t length) {
    // Where pages are larger than blocks, only whole ones: others may use the rest. The system would refuse a start
    // within a page, and give back what lies behind an end within one.
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    uintptr_t start = ((uintptr_t)address + page - 1) & ~(page - 1);
    uintptr_t end = ((uintptr_t)address + length + 4095) & ~(uintptr_t)4095 & ~(page - 1);
    if (end <= start) return 0;
    address = (void *)start;
    length = end - start;
    if (madvise(address, length, MADV_REMOVE) == 0) return 0;
    // Pages that are locked, as mt_map_shared may have left them, are not given back.
    if (errno != EINVAL || munlock(address, length) != 0) return -errno;
    int result = (int)or_errno(madvise(address, length, MADV_REMOVE));
    syscall(SYS_mlock2, address, length, MT_LOCK_ON_FAULT);
    return result;
}

int mt_punch(int descriptor, int64_t offset, int64_t length) {
    return (int)or_errno(fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length));
}

int64_t mt_file_size(int descriptor) {
    struct stat information;
    return fstat(descriptor, &information) == 0 ? information.st_size : 0;
}

int mt_futex_wait(const void *word, uint32_t expected, int64_t timeout_ns) {
    struct timespec timeout = {.tv_sec = timeout_ns / 1000000000, .tv_nsec = timeout_ns % 1000000000};
    // Not FUTEX_PRIVATE: the word lies in memory that several processes map at different addresses.
    return (int)or_errno(syscall(SYS_futex, word, FUTEX_WAIT, expected, timeout_ns < 0 ? NULL : &timeout, NULL, 0));
}

int mt_futex_wake(const void *word, int count) {
    return (int)or_errno(syscall(SYS_futex, word, FUTEX_WAKE, count, NULL, NULL, 0));
}

int mt_eventfd(void) { return (int)or_errno(mt_above_standard(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))); }

pid_t mt_fork(void) {
    // Unwritten output would otherwise be written twice, once by each process.
    fflush(NULL);
    sigset_t before;
    mt_hold_crashes(&before);
    long pid = or_errno(fork());
    if (pid != 0) mt_let_crashes(&before);
    return (pid_t)pid;
}

int mt_pidfd_open(pid_t pid) { return (int)or_errno(mt_above_standard((int)syscall(SYS_pidfd_open, pid, 0))); }

int mt_pidfd_send_signal(int pidfd, int signal) {
    return (int)or_errno(syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0));
}

int mt_reap(pid_t pid, bool block, mt_exit_info *info) {
    int status = 0;
    struct rusage usage = {0};
    pid_t reaped;
    do {
        reaped = wait4(pid, &status, block ? 0 : WNOHANG, &usage);
    } while (reaped < 0 && errno == EINTR);
    if (reaped < 0) return -errno;
    if (reaped == 0) return 0;
    info->pid = pid;
    info->signaled = WIFSIGNALED(status);
    info->status = info->signaled ? WTERMSIG(status) : WEXITSTATUS(status);
    info->peak_memory = (int64_t)usage.ru_maxrss * 1024;
    return 1;
}

int mt_set_mark(pid_t pid, uint64_t mark) {
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_LOCKS, NULL, &limit) != 0) return -errno;
    limit.rlim_cur = mark;
    return (int)or_errno(prlimit(pid, RLIMIT_LOCKS, &limit, NULL));
}

bool mt_can_mark(void) {
    struct rlimit limit;
    return getrlimit(RLIMIT_LOCKS, &limit) == 0 && limit.rlim_max >= UINT64_C(1) << 62;
}

uint64_t mt_file_number(int descriptor) {
    struct stat information;
    if (fstat(descriptor, &information) != 0) return 0;
    return (uint64_t)information.st_ino ^ (uint64_t)information.st_dev << 32;
}

uint64_t mt_mark(pid_t pid) {
    struct rlimit limit;
    if (prlimit(pid, RLIMIT_LOCKS, NULL, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return 0;
    return limit.rlim_cur;
}

bool mt_adopt_orphans(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) == 0; }

static volatile sig_atomic_t children_changed;
static volatile sig_atomic_t children_stopped;
static volatile sig_atomic_t children_doorbell = -1;

// Async-signal-safe: two plain stores and write(2), whose error changes no errno that the interrupted code looks at.
static void child_ended(int signal) {
    (void)signal;
    int saved = errno;
    // Signals of one kind are merged, so this one may stand for an end and for a stop.
    children_changed = 1;
    children_stopped = 1;
    uint64_t one = 1;
    ssize_t written = write(children_doorbell, &one, sizeof one);
    (void)written;
    errno = saved;
}

void mt_watch_children(int doorbell) {
    children_doorbell = doorbell;
    // A supervisor begins with no children, and its predecessor's are not its own.
    children_changed = 0;
    children_stopped = 0;
    struct sigaction action = {.sa_handler = child_ended, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(SIGCHLD, &action, NULL);
}

void mt_forget_children(void) { signal(SIGCHLD, SIG_DFL); }

bool mt_children_changed(void) {
    // Cleared first: a child that ends while its predecessors are looked for is looked for again.
    bool changed = children_changed;
    children_changed = 0;
    return changed;
}

bool mt_children_stopped(void) {
    bool changed = children_stopped;
    children_stopped = 0;
    return changed;
}

bool mt_has_children(void) {
    siginfo_t info;
    return waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD;
}

int mt_children(pid_t *pids, int capacity) {
    DIR *threads = opendir("/proc/self/task");
    if (!threads) return 0;
    int count = 0;
    struct dirent *thread;
    while (count < capacity && (thread = readdir(threads))) {
        if (thread->d_name[0] == '.') continue;
        char path[320];
        snprintf(path, sizeof path, "/proc/self/task/%s/children", thread->d_name);
        FILE *children = fopen(path, "re");
        if (!children) continue;
        int pid;
        while (count < capacity && fscanf(children, "%d", &pid) == 1) pids[count++] = pid;
        fclose(children);
    }
    closedir(threads);
    return count;
}

bool mt_is_alone(pid_t pid, int threads) {
    char path[320];
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *directory = opendir(path);
    if (!directory) return false;
    bool is_alone = true;
    struct dirent *thread;
    while (is_alone && (thread = readdir(directory))) {
        if (thread->d_name[0] == '.') continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/children", (int)pid, thread->d_name);
        int children = open(path, O_RDONLY | O_CLOEXEC);
        char byte;
        is_alone = --threads >= 0 && children >= 0 && read(children, &byte, 1) == 0;
        if (children >= 0) close(children);
    }
    closedir(directory);
    return is_alone;
}

// Reads /proc/<pid>/stat behind its second field, which is the name in parentheses and may contain anything: the
// state and the parent follow. Returns the parenthesis; NULL if it cannot be read.
static const char *read_stat(pid_t pid, char *text, size_t size) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    ssize_t count = read(descriptor, text, size - 1);
    close(descriptor);
    if (count <= 0) return NULL;
    text[count] = 0;
    return strrchr(text, ')');
}

char mt_process_state(pid_t pid) {
    char text[256];
    const char *name_end = read_stat(pid, text, sizeof text);
    return name_end && name_end[1] ? name_end[2] : 0;
}

bool mt_is_stopped(pid_t pid) { return mt_process_state(pid) == 'T'; }

// Whether a process exists and does not only wait to be reaped.
static bool is_running(pid_t pid) {
    char state = mt_process_state(pid);
    return state && state != 'Z' && state != 'X';
}

int mt_kill_marked(uint64_t mark, uint64_t mask, pid_t skip, bool spares_living) {
    DIR *processes = opendir("/proc");
    if (!processes) return 0;
    int count = 0;
    struct dirent *process;
    while ((process = readdir(processes))) {
        pid_t pid = (pid_t)strtol(process->d_name, NULL, 10);
        if (pid <= 0 || pid == skip || pid == getpid()) continue;
        uint64_t found = mt_mark(pid);
        if (found == 0 || (found & mask) != mark) continue;
        pid_t origin = (pid_t)(found & ~mask);
        if (spares_living && mt_mark(origin) == found && is_running(origin)) continue;
        // From here on the number cannot become another process's; before, it may have.
        int pidfd = mt_pidfd_open(pid);
        if (pidfd < 0) continue;
        bool is_left = is_running(pid);
        if (mt_mark(pid) == found && mt_pidfd_send_signal(pidfd, SIGKILL) == 0 && is_left) count++;
        close(pidfd);
    }
    closedir(processes);
    return count;
}

bool mt_has_marked_themselves(uint64_t mark, uint64_t mask) {
    DIR *processes = opendir("/proc");
    if (!processes) return false;
    bool found = false;
    struct dirent *process;
    while (!found && (process = readdir(processes))) {
        pid_t pid = (pid_t)strtol(process->d_name, NULL, 10);
        found = pid > 0 && pid != getpid() && mt_mark(pid) == (mark | ((uint64_t)pid & ~mask)) && is_running(pid);
    }
    closedir(processes);
    return found;
}

// What poll says, found out by select, which knows no limit of descriptors.
static int select_instead(struct pollfd *descriptors, size_t count, int milliseconds) {
    enum { word_bits = 8 * sizeof(unsigned long) };
    int highest = -1;
    for (size_t i = 0; i < count; i++) {
        descriptors[i].revents = 0;
        // One that is closed would be all that select has to say.
        if (descriptors[i].fd >= 0 && fcntl(descriptors[i].fd, F_GETFD) < 0) descriptors[i].revents = POLLNVAL;
        if (descriptors[i].events && descriptors[i].fd > highest) highest = descriptors[i].fd;
    }
    size_t words = (size_t)(highest + word_bits) / word_bits;
    // Not an fd_set, which ends at 1,024.
    unsigned long *sets = calloc(2 * words + 1, sizeof *sets);
    if (!sets) return -ENOMEM;
    unsigned long *readable = sets, *writable = sets + words;
    int found = 0;
    for (size_t i = 0; i < count; i++) {
        int number = descriptors[i].fd;
        if (descriptors[i].revents) found++;
        if (number < 0 || descriptors[i].revents) continue;
        unsigned long bit = 1UL << number % word_bits;
        if (descriptors[i].events & POLLIN) readable[number / word_bits] |= bit;
        if (descriptors[i].events & POLLOUT) writable[number / word_bits] |= bit;
    }
    struct timeval limit = {.tv_sec = milliseconds / 1000, .tv_usec = milliseconds % 1000 * 1000};
    if (found) limit = (struct timeval){0};
    struct timeval *wait = milliseconds < 0 && !found ? NULL : &limit;
    int result = select(highest + 1, (fd_set *)readable, (fd_set *)writable, NULL, wait);
    if (result < 0) {
        result = -errno;
        free(sets);
        return result;
    }
    for (size_t i = 0; result > 0 && i < count; i++) {
        int number = descriptors[i].fd;
        if (number < 0 || !descriptors[i].events || descriptors[i].revents) continue;
        unsigned long bit = 1UL << number % word_bits;
        if (readable[number / word_bits] & bit) descriptors[i].revents |= descriptors[i].events & POLLIN;
        if (writable[number / word_bits] & bit) descriptors[i].revents |= descriptors[i].events & POLLOUT;
        if (descriptors[i].revents) found++;
    }
    free(sets);
    return found;
}

int mt_poll(struct pollfd *descriptors, size_t count, int milliseconds) {
    int result = poll(descriptors, count, milliseconds);
    if (result >= 0 || errno != EINVAL) return result < 0 ? -errno : result;
    return select_instead(descriptors, count, milliseconds);
}

bool mt_pidfd_has_ended(int pidfd, int *signal) {
    struct pollfd descriptor = {.fd = pidfd, .events = POLLIN};
    *signal = 0;
    if (mt_poll(&descriptor, 1, 0) <= 0) return false;
    siginfo_t info = {0};
    while (waitid((idtype_t)MT_P_PIDFD, (id_t)pidfd, &info, WEXITED | WNOHANG) < 0 && errno == EINTR) {}
    if (info.si_code == CLD_KILLED || info.si_code == CLD_DUMPED) *signal = info.si_status;
    return true;
}

bool mt_die_with_parent(pid_t expected_parent) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have died before the line above: then the kernel has nothing left to report.
    return getppid() == expected_parent;
}

void mt_set_thread_name(const char *name) { prctl(PR_SET_NAME, name); }

void mt_set_worker_name(const char *prefix, int number) {
    char suffix[16], name[16];
    int length = snprintf(suffix, sizeof suffix, "-%d", number);
    // The number is worth more than the end of the prefix, of which no character is cut in two.
    int count = (int)strnlen(prefix, sizeof name - 1 - length);
    if (prefix[count] != 0) while (count > 0 && (prefix[count] & 0xc0) == 0x80) count--;
    snprintf(name, sizeof name, "%.*s%s", count, prefix, suffix);
    mt_set_thread_name(name);
}

void mt_reset_signals(void) {
    for (int signal = 1; signal < NSIG; signal++) {
        struct sigaction action;
        // A handler was installed for the parent's purposes; "ignore" is inherited by design (nohup) except where
        // the parent's runtime set it for itself.
        if (sigaction(signal, NULL, &action) != 0) continue;
        if (action.sa_handler == SIG_DFL) continue;
        // These are the business of mt_catch_crashes, which keeps the program's own handlers.
        if (signal == SIGILL || signal == SIGTRAP || signal == SIGSEGV || signal == SIGBUS || signal == SIGFPE
            || signal == SIGABRT || signal == SIGQUIT)
            continue;
        action.sa_handler = SIG_DFL;
        action.sa_flags = 0;
        sigaction(signal, &action, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    pthread_sigmask(SIG_SETMASK, &none, NULL);
    // A group of its own is never the terminal's foreground one. What prints must not be stopped for that, if the
    // terminal is set to (`stty tostop`), nor what reads from /dev/tty, which gets an error.
    int terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC);
    if (terminal < 0) return;
    close(terminal);
    signal(SIGTTOU, SIG_IGN);
    signal(SIGTTIN, SIG_IGN);
}

static void leave(int status, void *unused) {
    (void)unused;
    fflush(NULL);
    _exit(status);
}

void mt_leave_out_exit_handlers(void) {
    // The last one that was registered runs first. If there is no memory for it, the others run as well.
    (void)on_exit(leave, NULL);
}

void mt_null_stdin(void) {
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    // A minimal /dev may lack it. A pipe into which nobody can write reads as empty as well.
    int ends[2];
    if (null < 0 && pipe2(ends, O_CLOEXEC) == 0) {
        close(ends[1]);
        null = ends[0];
    }
    if (null < 0) {
        // No descriptor is left for either, but the one in question: better none than the client's.
        close(STDIN_FILENO);
        (void)open("/dev/null", O_RDONLY);
        return;
    }
    dup2(null, STDIN_FILENO);
    if (null != STDIN_FILENO) close(null);
}

// Keeps SIGPIPE from this thread; end_pipe_calm drops the one that has come meanwhile.
static void begin_pipe_calm(sigset_t *before) {
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_signal, before);
}

static void end_pipe_calm(const sigset_t *before, bool is_broken) {
    sigset_t pipe_signal;
    sigemptyset(&pipe_signal);
    sigaddset(&pipe_signal, SIGPIPE);
    struct timespec now = {0};
    while (is_broken && sigtimedwait(&pipe_signal, NULL, &now) < 0 && errno == EINTR) {}
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

void mt_flush_output(void) {
    if (__fpending(stdout) == 0) return;
    // The task has returned: that nobody reads any more what it has printed must not cost its result.
    sigset_t before;
    begin_pipe_calm(&before);
    bool is_broken = fflush(stdout) != 0 && errno == EPIPE;
    end_pipe_calm(&before, is_broken);
    if (!is_broken) return;
    __fpurge(stdout);
    clearerr(stdout);
}

// MARK: Output

static mt_output_log output_log;

// The last that was printed since a task began that wants it back; the lock is for the threads of that task.
static struct {
    pthread_mutex_t lock;
    bool is_wanted;
    char *bytes;
    size_t limit;
    uint64_t count;
} output_copy = {.lock = PTHREAD_MUTEX_INITIALIZER};

void mt_begin_output_copy(size_t limit) {
    mt_flush_output();
    pthread_mutex_lock(&output_copy.lock);
    free(output_copy.bytes);
    output_copy.bytes = limit ? malloc(limit) : NULL;
    output_copy.limit = output_copy.bytes ? limit : 0;
    output_copy.count = 0;
    __atomic_store_n(&output_copy.is_wanted, true, __ATOMIC_RELEASE);
    pthread_mutex_unlock(&output_copy.lock);
}

size_t mt_end_output_copy(void *bytes, size_t capacity) {
    pthread_mutex_lock(&output_copy.lock);
    __atomic_store_n(&output_copy.is_wanted, false, __ATOMIC_RELEASE);
    size_t kept = output_copy.count < output_copy.limit ? (size_t)output_copy.count : output_copy.limit;
    if (bytes && capacity >= kept && kept) {
        size_t start = (size_t)(output_copy.count % output_copy.limit);
        size_t older = output_copy.count > output_copy.limit ? output_copy.limit - start : 0;
        memcpy(bytes, output_copy.bytes + start, older);
        memcpy((char *)bytes + older, output_copy.bytes, kept - older);
    }
    pthread_mutex_unlock(&output_copy.lock);
    return kept;
}

static void copy_output(const char *bytes, size_t count) {
    pthread_mutex_lock(&output_copy.lock);
    if (output_copy.is_wanted && output_copy.limit) {
        size_t limit = output_copy.limit;
        size_t kept = count < limit ? count : limit;
        size_t offset = (size_t)((output_copy.count + (count - kept)) % limit);
        size_t head = kept < limit - offset ? kept : limit - offset;
        memcpy(output_copy.bytes + offset, bytes + (count - kept), head);
        memcpy(output_copy.bytes, bytes + (count - kept) + head, kept - head);
        output_copy.count += count;
    }
    pthread_mutex_unlock(&output_copy.lock);
}

static bool write_all(int descriptor, const char *bytes, size_t count, size_t *written) {
    while (*written < count) {
        ssize_t result = write(descriptor, bytes + *written, count - *written);
        if (result < 0 && errno == EINTR) continue;
        if (result < 0) return false;
        *written += (size_t)result;
    }
    return true;
}

static mt_output_line *output_line(int descriptor) {
    return (mt_output_line *)(output_log.lines + (descriptor == STDERR_FILENO ? output_log.line_size : 0));
}

static void set_count(mt_output_line *line, uint64_t count) {
    __atomic_store_n(&line->count, count, __ATOMIC_RELEASE);
}

// Writes the line out, with an end: last what makes it go away, so that a death in between rather writes it twice.
static bool finish_line(mt_output_line *line, int descriptor, uint64_t count) {
    char next = line->bytes[count];
    line->bytes[count] = '\n';
    size_t written = 0;
    bool is_written = write_all(descriptor, line->bytes, (size_t)count + 1, &written);
    line->bytes[count] = next;
    return is_written;
}

// One byte of the room is left for the line's end.
static bool add_to_line(mt_output_line *line, int descriptor, const char *bytes, size_t count) {
    size_t room = output_log.line_size - sizeof *line - 1;
    bool is_written = true;
    while (count) {
        const char *end = memchr(bytes, '\n', count);
        size_t part = end ? (size_t)(end - bytes) : count;
        if (part > room - line->count) part = room - (size_t)line->count;
        memcpy(line->bytes + line->count, bytes, part);
        set_count(line, line->count + part);
        bytes += part;
        count -= part;
        if (!count) break;
        size_t cut = (size_t)line->count;
        if (*bytes == '\n') {
            bytes++;
            count--;
        } else {
            // Too long for one line: it goes on in another one, and no character of UTF-8 is cut.
            size_t least = cut - 4 > line->prefix ? cut - 4 : (size_t)line->prefix + 1;
            if ((*bytes & 0xC0) == 0x80)
                while (cut > least && (line->bytes[--cut] & 0xC0) == 0x80) {}
        }
        if (!finish_line(line, descriptor, cut)) is_written = false;
        size_t rest = (size_t)line->count - cut;
        memmove(line->bytes + line->prefix, line->bytes + cut, rest);
        set_count(line, line->prefix + rest);
    }
    return is_written;
}

// Writes out what stands in the lines of both streams, if they have prefixes; from now on they have this one, of up to
// the size of a line, or none.
static void change_lines(const char *prefix, size_t size) {
    if (!output_log.lines) return;
    mt_flush_output();
    FILE *streams[2] = {stdout, stderr};
    for (int i = 0; i < 2; i++) {
        flockfile(streams[i]);
        mt_output_line *line = output_line(i + 1);
        if (line->prefix && line->count > line->prefix) finish_line(line, i + 1, line->count);
        if (size) {
            memcpy(line->bytes, prefix, size);
            set_count(line, size);
        }
        __atomic_store_n(&line->prefix, size, __ATOMIC_RELEASE);
        funlockfile(streams[i]);
    }
}

void mt_begin_lines(const char *prefix, size_t size) { change_lines(prefix, size); }

void mt_end_lines(void) { change_lines(NULL, 0); }

bool mt_offer_line(int descriptor, const char *bytes, size_t count, int milliseconds) {
    // What can be written to takes a line of a pipe's page without waiting.
    struct pollfd place = {.fd = descriptor, .events = POLLOUT};
    if (mt_poll(&place, 1, milliseconds) <= 0 || (place.revents & (POLLOUT | POLLERR)) != POLLOUT) return false;
    // A reader that goes away now must not end this process.
    sigset_t before;
    begin_pipe_calm(&before);
    bool is_written = write(descriptor, bytes, count) == (ssize_t)count;
    end_pipe_calm(&before, !is_written && errno == EPIPE);
    return is_written;
}

static ssize_t write_logged(void *cookie, const char *bytes, size_t count) {
    size_t size = output_log.ring_size;
    size_t kept = count < size ? count : size;
    // Reserved first, since standard output and standard error may print at the same time.
    uint64_t start = __atomic_fetch_add(output_log.position, count, __ATOMIC_RELAXED) + (count - kept);
    const char *last = bytes + (count - kept);
    size_t offset = (size_t)(start % size);
    size_t head = kept < size - offset ? kept : size - offset;
    memcpy(output_log.ring + offset, last, head);
    memcpy(output_log.ring, last + head, kept - head);
    if (__atomic_load_n(&output_copy.is_wanted, __ATOMIC_ACQUIRE)) copy_output(bytes, count);

    int descriptor = (int)(intptr_t)cookie;
    size_t written = 0;
    if (output_line(descriptor)->prefix) {
        if (add_to_line(output_line(descriptor), descriptor, bytes, count)) written = count;
    } else {
        write_all(descriptor, bytes, count, &written);
    }
    // What is in the ring now must not be taken for what is still buffered.
    if (bytes >= output_log.pending && bytes < output_log.pending + output_log.pending_size)
        memset((char *)bytes, 0, count);
    // 0 is how a stream is told of an error; errno says which.
    return (ssize_t)written;
}

static FILE *open_logged(FILE *original, int fd) {
    cookie_io_functions_t functions = {.write = write_logged};
    FILE *stream = fopencookie((void *)(intptr_t)fd, "w", functions);
    if (!stream) return NULL;
    // glibc: a stream of this kind has no descriptor and must not be reopened, unless it looks like one of a file
    // (_IO_IS_FILEBUF). Tasks may ask for the descriptor, for example whether it is a terminal.
    stream->_fileno = fd;
    stream->_flags |= 0x2000;
    stream->_wide_data = original->_wide_data;
    return stream;
}

void mt_capture_output(mt_output_log log) {
    FILE *out = open_logged(stdout, STDOUT_FILENO);
    FILE *err = open_logged(stderr, STDERR_FILENO);
    if (!out || !err) return;
    output_log = log;
    output_line(STDOUT_FILENO)->prefix = output_line(STDERR_FILENO)->prefix = 0;
    memset(log.pending, 0, log.pending_size);
    // The last byte stays zero, so that what is buffered has an end.
    setvbuf(out, log.pending, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, log.pending_size - 1);
    setvbuf(err, NULL, _IONBF, 0);
    stdout = out;
    stderr = err;
}

static int compare_ints(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static bool close_listed(int from, int to) {
    DIR *directory = opendir("/proc/self/fd");
    if (!directory) return false;
    // Reading goes on from an offset, so what is closed meanwhile is not missed and nothing is seen twice.
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (entry->d_name[0] == '.') continue;
        long fd = strtol(entry->d_name, NULL, 10);
        if (fd >= from && fd <= to && fd != dirfd(directory)) close((int)fd);
    }
    closedir(directory);
    return true;
}

static void close_between(int from, int to) {
    if (from > to || syscall(SYS_close_range, from, to, 0) == 0) return;
    // Before Linux 5.9, or in a sandbox that does not know the call.
    if (close_listed(from, to)) return;
    long last = sysconf(_SC_OPEN_MAX);
    if (last < 0 || last > 1 << 20) last = 1 << 20;
    for (int fd = from; fd <= to && fd < last; fd++) close(fd);
}

void mt_close_descriptors(int first, int keep1, int keep2, int keep3, int keep4) {
    enum { count = 4 };
    int sorted[count] = {keep1, keep2, keep3, keep4};
    qsort(sorted, count, sizeof(int), compare_ints);
    int from = first;
    for (int i = 0; i < count; i++) {
        if (sorted[i] < from) continue;
        close_between(from, sorted[i] - 1);
        from = sorted[i] + 1;
    }
    close_between(from, INT_MAX);
}

const char *mt_signal_name(int signal) {
    static const struct { int number; const char *name; } names[] = {
        {SIGHUP, "SIGHUP"},   {SIGINT, "SIGINT"},   {SIGQUIT, "SIGQUIT"}, {SIGILL, "SIGILL"},   {SIGTRAP, "SIGTRAP"},
        {SIGABRT, "SIGABRT"}, {SIGBUS, "SIGBUS"},   {SIGFPE, "SIGFPE"},   {SIGKILL, "SIGKILL"}, {SIGUSR1, "SIGUSR1"},
        {SIGSEGV, "SIGSEGV"}, {SIGUSR2, "SIGUSR2"}, {SIGPIPE, "SIGPIPE"}, {SIGALRM, "SIGALRM"}, {SIGTERM, "SIGTERM"},
        {SIGSTOP, "SIGSTOP"}, {SIGXCPU, "SIGXCPU"}, {SIGXFSZ, "SIGXFSZ"}, {SIGSYS, "SIGSYS"},
        {SIGPROF, "SIGPROF"}, {SIGVTALRM, "SIGVTALRM"}, {SIGIO, "SIGIO"}, {SIGPWR, "SIGPWR"}, {SIGSTKFLT, "SIGSTKFLT"},
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i].number == signal) return names[i].name;
    return NULL;
}

// MARK: Limits

void mt_get_cores(uint64_t *words) {
    // glibc's cpu_set_t has these 1024 bits; a machine with more cores is refused by the call, and all bits stay clear.
    memset(words, 0, sizeof(uint64_t) * mt_core_mask_words);
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return;
    for (int core = 0; core < CPU_SETSIZE && core < mt_core_mask_words * 64; core++)
        if (CPU_ISSET(core, &set)) words[core / 64] |= UINT64_C(1) << (core % 64);
}

int mt_set_cores(const uint64_t *words) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (int core = 0; core < CPU_SETSIZE && core < mt_core_mask_words * 64; core++)
        if (words[core / 64] >> (core % 64) & 1) CPU_SET(core, &set);
    return (int)or_errno(sched_setaffinity(0, sizeof set, &set));
}

int mt_add_niceness(int increment) {
    // -1 is also a niceness.
    errno = 0;
    return nice(increment) == -1 && errno != 0 ? -errno : 0;
}

// The numbers of /proc/<pid>/statm, in pages: size, resident, shared, text, lib, data, dt. False if it cannot be read.
static bool read_statm(int descriptor, long numbers[6]) {
    char text[128];
    ssize_t count = pread(descriptor, text, sizeof text - 1, 0);
    if (count <= 0) return false;
    text[count] = 0;
    return sscanf(text, "%ld %ld %ld %ld %ld %ld", &numbers[0], &numbers[1], &numbers[2], &numbers[3], &numbers[4],
                  &numbers[5]) == 6;
}

static int limit_to_present(__rlimit_resource_t resource, int number, uint64_t more) {
    long numbers[6];
    int descriptor = mt_open_memory(getpid());
    if (descriptor < 0) return descriptor;
    bool is_read = read_statm(descriptor, numbers);
    close(descriptor);
    if (!is_read) return -EIO;
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return -errno;
    rlim_t present = (rlim_t)numbers[number] * (rlim_t)sysconf(_SC_PAGESIZE);
    rlim_t wanted = more > RLIM_INFINITY - 1 - present ? RLIM_INFINITY - 1 : present + more;
    if (wanted < limit.rlim_max) limit.rlim_max = wanted;
    if (wanted < limit.rlim_cur) limit.rlim_cur = wanted;
    return (int)or_errno(setrlimit(resource, &limit));
}

int mt_limit_address_space(uint64_t more) { return limit_to_present(RLIMIT_AS, 0, more); }

int mt_limit_data(uint64_t more) { return limit_to_present(RLIMIT_DATA, 5, more); }

uint64_t mt_raise_open_files(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    uint64_t before = limit.rlim_cur;
    if (before == limit.rlim_max) return 0;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return before;
}

void mt_limit_open_files(uint64_t count) {
    struct rlimit limit;
    if (count == 0 || getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = count;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int mt_open_memory(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    return (int)or_errno(open(path, O_RDONLY | O_CLOEXEC));
}

int64_t mt_private_memory(int descriptor) {
    long numbers[6];
    errno = EIO;
    if (!read_statm(descriptor, numbers)) return -errno;
    return (int64_t)(numbers[1] - numbers[2]) * sysconf(_SC_PAGESIZE);
}

int64_t mt_read_count(const char *path, const char *name) {
    // A line begins behind a newline, also the first.
    char key[64], text[1 << 14];
    text[0] = '\n';
    snprintf(key, sizeof key, "\n%s ", name);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    size_t end = 1;
    ssize_t count;
    while (end < sizeof text - 1 && (count = read(descriptor, text + end, sizeof text - 1 - end)) > 0)
        end += (size_t)count;
    close(descriptor);
    text[end] = 0;
    char *line = strstr(text, key);
    if (!line) return -1;
    const char *digits = line + strlen(key);
    unsigned long long value = strtoull(digits, NULL, 10);
    return *digits >= '0' && *digits <= '9' && value <= INT64_MAX ? (int64_t)value : -1;
}

pid_t mt_parent(pid_t pid) {
    char text[256];
    const char *name_end = read_stat(pid, text, sizeof text);
    int parent = 0;
    return name_end && sscanf(name_end, ") %*c %d", &parent) == 1 ? parent : 0;
}

bool mt_has_program(pid_t pid) {
    char path[64], target[1];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    return readlink(path, target, sizeof target) >= 0 || errno != ENOENT;
}

pid_t mt_thread_id(pid_t process) {
    static _Thread_local struct { pid_t process, thread; } known;
    if (known.process != process) {
        known.thread = (pid_t)syscall(SYS_gettid);
        known.process = process;
    }
    return known.thread;
}

bool mt_has_thread(pid_t number) { return syscall(SYS_tgkill, getpid(), number, 0) == 0; }

int mt_thread_count(void) {
    DIR *directory = opendir("/proc/self/task");
    if (!directory) return -errno;
    int count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory)))
        if (entry->d_name[0] != '.') count++;
    closedir(directory);
    return count;
}

// Exported by libdispatch (queue_internal.h) and never declared in a public header. In a statically linked program only
// the linker finds it; in others it may be loaded by a library that nobody has linked.
extern bool _dispatch_is_multithreaded(void) __attribute__((weak));

bool mt_dispatch_was_used(void) {
    if (_dispatch_is_multithreaded) return _dispatch_is_multithreaded();
    bool (*multithreaded)(void) = (bool (*)(void))dlsym(RTLD_DEFAULT, "_dispatch_is_multithreaded");
    return multithreaded && multithreaded();
}
