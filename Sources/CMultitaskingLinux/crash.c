#define _GNU_SOURCE
#include "crash.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
#include <unwind.h>

// Those that Swift's runtime handles.
static const int fatal_signals[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV};
enum { fatal_signal_count = sizeof fatal_signals / sizeof fatal_signals[0] };

static mt_crash_plan plan;
// Of the process that made the plan: a child that a task forks has the handlers, but is not the pool's.
static pid_t planned_process;
// What the signals did before, by their numbers.
static struct sigaction actions_before[NSIG];
// The thread that is dying of a signal; 0 if none is.
static _Atomic pid_t dying_thread;
// The thread whose stack is of interest when a signal came from outside; 0 if none was named.
static _Atomic pid_t task_thread;

static pid_t this_thread(void) { return (pid_t)syscall(SYS_gettid); }

// MARK: Reading a stack that may be damaged

// Where a fault while the stack is read goes on.
static sigjmp_buf reading_failed;
static volatile sig_atomic_t is_reading;

// Whether 8 bytes can be read: the kernel looks at the new mask before it refuses the impossible way to set it.
static bool is_readable(uintptr_t address) {
    return address % 8 == 0 && !(syscall(SYS_rt_sigprocmask, ~0, address, NULL, 8) != 0 && errno == EFAULT);
}

struct walk {
    uintptr_t pc, sp, fp;
    size_t count;
    // The images met so far, and where their paths are.
    const struct link_map *images[16];
    uint32_t names[16];
    size_t image_count;
    // Whether the frames of the handler itself are behind.
    bool has_begun;
};

static const struct link_map *image_at(uintptr_t address) {
#if defined(DLFO_STRUCT_HAS_EH_DBASE)
    // Unlike dladdr, takes no lock.
    struct dl_find_object found;
    if (_dl_find_object((void *)address, &found) == 0) return found.dlfo_link_map;
    return NULL;
#else
    Dl_info info;
    struct link_map *map = NULL;
    return dladdr1((void *)address, &info, (void **)&map, RTLD_DL_LINKMAP) ? map : NULL;
#endif
}

// Where the path of an image is, plus 1; 0 if there is no room for it.
static uint32_t name_of(struct walk *walk, const struct link_map *image) {
    for (size_t i = 0; i < walk->image_count; i++)
        if (walk->images[i] == image) return walk->names[i];
    mt_crash_area *area = plan.area;
    const char *path = image->l_name ? image->l_name : "";
    size_t size = strlen(path) + 1;
    if (walk->image_count == 16 || size > sizeof area->names - area->name_size) return 0;
    memcpy(area->names + area->name_size, path, size);
    uint32_t name = (uint32_t)area->name_size + 1;
    area->name_size += size;
    walk->images[walk->image_count] = image;
    walk->names[walk->image_count++] = name;
    return name;
}

// False when there is no room for more.
static bool add_frame(struct walk *walk, uintptr_t address, uint32_t kind) {
    if (walk->count == mt_crash_frame_limit) return false;
#if defined(__aarch64__)
    // Return addresses may be signed in their upper bits.
    address &= UINT64_C(0x0000ffffffffffff);
#endif
    mt_crash_frame *frame = &plan.area->frames[walk->count];
    const struct link_map *image = image_at(kind == mt_frame_return ? address - 1 : address);
    *frame = (mt_crash_frame){.address = address, .offset = image ? address - image->l_addr : 0, .kind = kind};
    frame->image = image ? name_of(walk, image) : 0;
    // Last, so that what is there is whole if the walk ends in a fault.
    plan.area->frame_count = ++walk->count;
    return true;
}

// MARK: By the tables of the unwinder, which know functions without a frame pointer, as those of the C library are

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *argument) {
    struct walk *walk = argument;
    int is_exact = 0;
    uintptr_t address = _Unwind_GetIPInfo(context, &is_exact);
    if (!walk->has_begun) {
        if (address != walk->pc) return _URC_NO_REASON;
        walk->has_begun = true;
    }
    if (address == 0 || !add_frame(walk, address, is_exact ? mt_frame_exact : mt_frame_return))
        return _URC_END_OF_STACK;
    return _URC_NO_REASON;
}

// MARK: By frame pointers, which need no tables

static void follow_frame_pointers(struct walk *walk) {
    if (!add_frame(walk, walk->pc, mt_frame_exact)) return;
    // After a call of what is no function, nothing has been saved but the return address.
#if defined(__x86_64__)
    if (!image_at(walk->pc) && is_readable(walk->sp)) add_frame(walk, *(uintptr_t *)walk->sp, mt_frame_return);
#endif
    uintptr_t fp = walk->fp, lowest = walk->sp;
    while (fp >= lowest && is_readable(fp) && is_readable(fp + 8)) {
        uintptr_t address = ((uintptr_t *)fp)[1];
        if (address == 0 || !add_frame(walk, address, mt_frame_return)) return;
        lowest = fp + 16;
        // Swift may mark the saved pointer of an `async` function in this bit.
        fp = ((uintptr_t *)fp)[0] & ~(UINT64_C(1) << 60);
    }
}

static void clear(struct walk *walk) {
    plan.area->frame_count = plan.area->name_size = 0;
    walk->count = walk->image_count = 0;
}

static void write_frames(const ucontext_t *context) {
    static struct walk walk;
    walk = (struct walk){0};
#if defined(__x86_64__)
    walk.pc = (uintptr_t)context->uc_mcontext.gregs[REG_RIP];
    walk.sp = (uintptr_t)context->uc_mcontext.gregs[REG_RSP];
    walk.fp = (uintptr_t)context->uc_mcontext.gregs[REG_RBP];
#elif defined(__aarch64__)
    walk.pc = context->uc_mcontext.pc;
    walk.sp = context->uc_mcontext.sp;
    walk.fp = context->uc_mcontext.regs[29];
#else
    return;
#endif
    clear(&walk);
    // A damaged stack may lead anywhere. A fault on the way ends the attempt, not the report.
    is_reading = 1;
    if (sigsetjmp(reading_failed, 0) == 0) _Unwind_Backtrace(visit, &walk);
    if (walk.count < 2 && sigsetjmp(reading_failed, 0) == 0) {
        clear(&walk);
        follow_frame_pointers(&walk);
    }
    is_reading = 0;
}

// MARK: Dying

static void set_default(int signal) {
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigemptyset(&action.sa_mask);
    sigaction(signal, &action, NULL);
}

static void raise_again(int signal) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, signal);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    syscall(SYS_tgkill, getpid(), this_thread(), signal);
}

_Noreturn static void die(int signal) {
    set_default(signal);
    // Also after a fault: a trap continues behind its instruction, and what was sent does not come again.
    raise_again(signal);
    _exit(128 + signal);
}

// A fork without the handlers of the C library, which are not meant for a signal handler.
static pid_t fork_quietly(void) {
#if __GLIBC_PREREQ(2, 34)
    return _Fork();
#else
    return (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
}

// Takes a copy of this process out of what dies with it: its group of processes, and the mark of what it has started.
static void set_apart(pid_t copy) {
    setpgid(copy, copy);
    struct rlimit mark;
    if (getrlimit(RLIMIT_LOCKS, &mark) != 0 || mark.rlim_cur == RLIM_INFINITY) return;
    mark.rlim_cur = (mark.rlim_cur & ~(rlim_t)((1 << 22) - 1)) | (rlim_t)copy;
    prlimit(copy, RLIMIT_LOCKS, &mark, NULL);
}

// The time for printing is over. What prints is another program, which waits for this process's memory forever if that
// is gone.
static void end_printing(int signal) {
    (void)signal;
    if (getpgrp() == getpid()) kill(0, SIGKILL);
    _exit(0);
}

// Has a copy of this process print the backtrace, so that this one can end now.
static void print(int signal, siginfo_t *info, void *context) {
    void (*handler)(int, siginfo_t *, void *) = actions_before[signal].sa_sigaction;
    pid_t copy = fork_quietly();
    if (copy < 0) return handler(signal, info, context);
    // Done by both, because either may be the first to go on: to start a process, or to die.
    set_apart(copy > 0 ? copy : getpid());
    if (copy > 0) return;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    const struct sigaction ending = {.sa_handler = end_printing};
    sigaction(SIGALRM, &ending, NULL);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    alarm(mt_print_seconds);
    handler(signal, info, context);
    _exit(0);
}

static bool is_swifts(const struct sigaction *action) {
    const int flags = SA_ONSTACK | SA_SIGINFO | SA_NODEFER;
    if ((action->sa_flags & (flags | SA_RESTART | SA_RESETHAND | SA_NOCLDSTOP | SA_NOCLDWAIT)) != flags) return false;
    for (size_t i = 0; i < fatal_signal_count; i++)
        if (sigismember(&action->sa_mask, fatal_signals[i])) return false;
    return sigismember(&action->sa_mask, SIGTERM) && sigismember(&action->sa_mask, SIGCHLD)
        && sigismember(&action->sa_mask, SIGUSR1) && sigismember(&action->sa_mask, SIGSYS);
}

// Whether another thread has begun to die of the signal, which was sent to the process, and shows what it was doing.
static bool is_taken_by_task(int signal, pid_t thread) {
    pid_t task = atomic_load(&task_thread);
    if (task == 0 || task == thread || syscall(SYS_tgkill, planned_process, task, signal) != 0) return false;
    // It may have blocked the signal, or be in a system call that does not end.
    for (int i = 0; i < 100; i++) {
        if (atomic_load(&dying_thread) != 0) return true;
        struct timespec time = {.tv_nsec = 500000};
        nanosleep(&time, NULL);
    }
    return false;
}

// Async-signal-safe: system calls, lock-free atomics, the unwinder's look-ups, which take no lock and no memory with
// the C library's _dl_find_object, and stores to memory that is there.
static void crashed(int signal, siginfo_t *info, void *context) {
    if (getpid() != planned_process) {
        // A worker that the supervisor has just forked.
        if (!plan.death) die(signal);
        // A child that a task has forked: as if there were no pool.
        sigaction(signal, &actions_before[signal], NULL);
        return raise_again(signal);
    }
    pid_t thread = this_thread(), none = 0;
    bool is_sent = info->si_code <= 0 && info->si_code != SI_TKILL;
    bool is_other = is_sent && atomic_load(&dying_thread) == 0 && is_taken_by_task(signal, thread);
    if (is_other || !atomic_compare_exchange_strong(&dying_thread, &none, thread)) {
        if (!is_other && none == thread) {
            if (is_reading) siglongjmp(reading_failed, 1);
            die(signal);
        }
        // The process ends with the thread that was first.
        while (true) pause();
    }
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (plan.area) plan.area->frame_count = 0;
    // First, so that the supervisor ends this process if the rest takes too long.
    if (plan.death) {
        uint64_t time = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
        __atomic_store_n(&plan.death[1], (uint64_t)signal, __ATOMIC_RELAXED);
        __atomic_store_n(&plan.death[0], time, __ATOMIC_RELEASE);
        uint64_t one = 1;
        ssize_t written = write(plan.doorbell, &one, sizeof one);
        (void)written;
    }
    if (plan.area) {
        plan.area->signal = (uint64_t)signal;
        plan.area->fault_address = info->si_code <= 0 ? 0 : (uint64_t)(uintptr_t)info->si_addr;
        write_frames(context);
    }
    if (plan.prints && is_swifts(&actions_before[signal])) print(signal, info, context);
    die(signal);
}

static void mask_crashes(int how, sigset_t *before) {
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < fatal_signal_count; i++) sigaddset(&set, fatal_signals[i]);
    pthread_sigmask(how, &set, before);
}

void mt_hold_crashes(sigset_t *before) { mask_crashes(SIG_BLOCK, before); }
void mt_let_crashes(const sigset_t *before) { pthread_sigmask(SIG_SETMASK, before, NULL); }

static void begin_plan(mt_crash_plan new_plan) {
    plan = new_plan;
    planned_process = getpid();
    atomic_store(&dying_thread, 0);
    atomic_store(&task_thread, 0);
    is_reading = 0;
}

void mt_catch_crashes_as_parent(mt_crash_plan new_plan) {
    begin_plan(new_plan);
    mask_crashes(SIG_UNBLOCK, NULL);
}

void mt_catch_crashes(mt_crash_plan new_plan) {
    begin_plan(new_plan);
    struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_ONSTACK | SA_SIGINFO | SA_NODEFER};
    // As Swift's: a second fault, in here, must not end the process before the first is reported.
    sigfillset(&action.sa_mask);
    for (size_t i = 0; i < fatal_signal_count; i++) sigdelset(&action.sa_mask, fatal_signals[i]);
    for (size_t i = 0; i < fatal_signal_count; i++) {
        struct sigaction before;
        if (sigaction(fatal_signals[i], &action, &before) != 0) continue;
        if ((before.sa_flags & SA_SIGINFO) && before.sa_sigaction == crashed) continue;
        // The program's own handlers are the program's to keep.
        bool is_programs = before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN && !is_swifts(&before);
        if (is_programs) sigaction(fatal_signals[i], &before, NULL);
        else actions_before[fatal_signals[i]] = before;
    }
    mask_crashes(SIG_UNBLOCK, NULL);
}

void mt_use_crash_stack(void) {
    atomic_store(&task_thread, this_thread());
    enum { size = 64 << 10 };
    stack_t stack;
    if (sigaltstack(NULL, &stack) != 0 || (!(stack.ss_flags & SS_DISABLE) && stack.ss_size >= size)) return;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return;
    stack = (stack_t){.ss_sp = memory, .ss_size = size};
    sigaltstack(&stack, NULL);
}
