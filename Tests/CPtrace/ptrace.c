#define _GNU_SOURCE
#include "CPtrace.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_traced;

// MARK: The child

pid_t pt_fork(void) {
    pid_t pid = fork();
    if (pid < 0) return -errno;
    if (pid == 0) {
        is_traced = true;
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        return 0;
    }
    int status;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    // A child must never outlive the test that traces it.
    ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_EXITKILL);
    return pid;
}

void pt_mark(void) {
    if (is_traced) raise(SIGUSR1);
}

// MARK: The tracer

static int wait_for_stop(pid_t pid) {
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) return pt_failed;
    if (WIFEXITED(status) || WIFSIGNALED(status)) return pt_ended;
    switch (WSTOPSIG(status)) {
    case SIGUSR1: return pt_marked;
    case SIGTRAP: return pt_stepped;
    case SIGSEGV: return pt_writes;
    default: return pt_failed;
    }
}

int pt_continue(pid_t pid) {
    if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0) return pt_failed;
    int stop = wait_for_stop(pid);
    return stop == pt_marked || stop == pt_ended ? stop : pt_failed;
}

int pt_step(pid_t pid, long count, long *done) {
    for (*done = 0; *done < count; ++*done) {
        if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0) return pt_failed;
        int stop = wait_for_stop(pid);
        if (stop != pt_stepped) return stop == pt_writes ? pt_failed : stop;
    }
    return pt_stepped;
}

void pt_kill(pid_t pid) {
    kill(pid, SIGKILL);
    int status;
    do {
        while (waitpid(pid, &status, 0) < 0)
            if (errno != EINTR) return;
    } while (!WIFEXITED(status) && !WIFSIGNALED(status));
}

void pt_release(pid_t pid) { ptrace(PTRACE_DETACH, pid, NULL, NULL); }

int pt_wait(pid_t pid, int milliseconds) {
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    struct pollfd descriptor = {.fd = pidfd, .events = POLLIN};
    while (poll(&descriptor, 1, milliseconds) < 0 && errno == EINTR) {}
    close(pidfd);
    if (!(descriptor.revents & POLLIN)) kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#if defined(__x86_64__)

bool pt_is_supported(void) { return true; }

// A system call instruction that the tracer sends its child to.
__asm__(".text\n.globl pt_syscall_site\n.hidden pt_syscall_site\npt_syscall_site:\n\tsyscall\n\tud2\n");
extern const char pt_syscall_site[];

int pt_protect(pid_t pid, uintptr_t start, size_t size, bool writable) {
    struct user_regs_struct saved, call;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &saved) < 0) return -errno;
    call = saved;
    call.rip = (uintptr_t)pt_syscall_site;
    call.rax = SYS_mprotect;
    // Not within a system call, so there is none to be restarted.
    call.orig_rax = (unsigned long long)-1;
    call.rdi = start;
    call.rsi = size;
    call.rdx = PROT_READ | (writable ? PROT_WRITE : 0);
    if (ptrace(PTRACE_SETREGS, pid, NULL, &call) < 0) return -errno;
    if (ptrace(PTRACE_SINGLESTEP, pid, NULL, NULL) < 0) return -errno;
    if (wait_for_stop(pid) != pt_stepped) return -ECHILD;
    if (ptrace(PTRACE_GETREGS, pid, NULL, &call) < 0) return -errno;
    if (ptrace(PTRACE_SETREGS, pid, NULL, &saved) < 0) return -errno;
    return (int)(long)call.rax;
}

uintptr_t pt_address(pid_t pid) {
    struct user_regs_struct registers;
    return ptrace(PTRACE_GETREGS, pid, NULL, &registers) < 0 ? 0 : registers.rip;
}

// Whether the next instruction is `syscall`: 0f 05.
static bool is_at_system_call(pid_t pid) {
    return (ptrace(PTRACE_PEEKTEXT, pid, (void *)pt_address(pid), NULL) & 0xffff) == 0x050f;
}

#else

bool pt_is_supported(void) { return false; }
uintptr_t pt_address(pid_t pid) { return 0; }
static bool is_at_system_call(pid_t pid) { return false; }
int pt_protect(pid_t pid, uintptr_t start, size_t size, bool writable) { return -ENOSYS; }

#endif

int pt_continue_to_write(pid_t pid, uintptr_t start, size_t size) {
    if (ptrace(PTRACE_CONT, pid, NULL, NULL) < 0) return pt_failed;
    int stop = wait_for_stop(pid);
    if (stop != pt_writes) return stop == pt_stepped ? pt_failed : stop;
    siginfo_t info;
    if (ptrace(PTRACE_GETSIGINFO, pid, NULL, &info) < 0) return pt_failed;
    uintptr_t address = (uintptr_t)info.si_addr;
    return address >= start && address - start < size ? pt_writes : pt_failed;
}

int pt_pass_write(pid_t pid, uintptr_t start, size_t size) {
    if (pt_protect(pid, start, size, true) != 0) return pt_failed;
    long done;
    int stop = pt_step(pid, 1, &done);
    if (stop != pt_stepped) return pt_failed;
    return pt_protect(pid, start, size, false) == 0 ? pt_stepped : pt_failed;
}

// MARK: Memory

struct extent {
    off_t offset;
    size_t size;
    char *bytes;
};

struct pt_image {
    size_t count, capacity;
    off_t size;
    // How much of the file there is, which grows when a page is touched for the first time.
    blkcnt_t blocks;
    struct extent *extents;
};

pt_image *pt_image_take(int descriptor) {
    struct pt_image *image = calloc(1, sizeof *image);
    struct stat info;
    fstat(descriptor, &info);
    image->size = info.st_size;
    image->blocks = info.st_blocks;
    off_t end = 0;
    while (true) {
        off_t start = lseek(descriptor, end, SEEK_DATA);
        if (start < 0) return image;
        end = lseek(descriptor, start, SEEK_HOLE);
        if (image->count == image->capacity) {
            image->capacity = image->capacity * 2 + 16;
            image->extents = realloc(image->extents, image->capacity * sizeof(struct extent));
        }
        struct extent extent = {.offset = start, .size = (size_t)(end - start), .bytes = malloc((size_t)(end - start))};
        if (pread(descriptor, extent.bytes, extent.size, start) != (ssize_t)extent.size) abort();
        image->extents[image->count++] = extent;
    }
}

void pt_image_restore(int descriptor, const pt_image *image) {
    if (fallocate(descriptor, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0, image->size) != 0) abort();
    for (size_t i = 0; i < image->count; i++) {
        struct extent extent = image->extents[i];
        if (pwrite(descriptor, extent.bytes, extent.size, extent.offset) != (ssize_t)extent.size) abort();
    }
}

static void empty(pt_image *image) {
    for (size_t i = 0; i < image->count; i++) free(image->extents[i].bytes);
    free(image->extents);
}

void pt_image_free(pt_image *image) {
    empty(image);
    free(image);
}

// Brings an image up to date; whether there was anything new.
static bool update(pt_image *image, int descriptor, const char *memory) {
    struct stat info;
    fstat(descriptor, &info);
    if (info.st_blocks != image->blocks) {
        pt_image *fresh = pt_image_take(descriptor);
        empty(image);
        *image = *fresh;
        free(fresh);
        return true;
    }
    bool is_new = false;
    for (size_t i = 0; i < image->count; i++) {
        struct extent extent = image->extents[i];
        if (memcmp(memory + extent.offset, extent.bytes, extent.size) == 0) continue;
        memcpy(extent.bytes, memory + extent.offset, extent.size);
        is_new = true;
    }
    return is_new;
}

int pt_step_to_change(pid_t pid, int descriptor, const char *memory, pt_image *image, long *done) {
    while (true) {
        bool calls_system = is_at_system_call(pid);
        long one;
        int stop = pt_step(pid, 1, &one);
        if (stop != pt_stepped) return stop;
        ++*done;
        if (update(image, descriptor, memory) || calls_system) return pt_stepped;
    }
}

void *pt_shared_memory(size_t size) {
    void *address = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return address == MAP_FAILED ? NULL : address;
}
