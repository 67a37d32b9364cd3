// The system calls and loader facilities that Swift cannot reach by itself.
//
// Every function returns what the system call returns, with the error as a negative errno, so that callers need not
// read errno across the language boundary.

#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "crash.h"
#include "threads.h"

// MARK: Memory

// An anonymous file that lives in memory, closed on exec; it cannot be executed where the kernel knows how to forbid
// that. -errno on failure.
int mt_memfd_create(const char *name);

// What keeps a file's size as it is: a mapping beyond the end of a file that was truncated is a bus error.
enum { mt_size_seals = 0x0001 | 0x0002 | 0x0004 };  // F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW

// Fixes the size of such a file for good, whichever process has a descriptor of it. 0 or -errno.
int mt_seal_size(int memfd);

// Maps a file that other processes map as well, from its start. Its pages take no memory before they are written to,
// not even if this process locks its memory (mlockall). NULL and errno on failure.
void *mt_map_shared(int descriptor, size_t length);

// Gives the pages of a range of a shared mapping back to the system; they read as zero afterwards.
int mt_discard(void *address, size_t length);

// Gives the pages of a part of a file back, whichever process maps them; they read as zeros from then on. 0 or -errno.
int mt_punch(int descriptor, int64_t offset, int64_t length);

// How long an open file is, in bytes; 0 if it cannot be asked.
int64_t mt_file_size(int descriptor);

// MARK: Waiting

// Sleeps while *word is `expected`, at most `timeout_ns` (negative: forever).
// 0 when woken, -EAGAIN if *word differed, -ETIMEDOUT, -EINTR.
int mt_futex_wait(const void *word, uint32_t expected, int64_t timeout_ns);

// Wakes up to `count` sleepers. The number woken, or -errno.
int mt_futex_wake(const void *word, int count);

// Tells the core that this is a spin loop.
static inline void mt_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

// A number that no other thread of the process has at the same time. A constant of the thread, and no call.
static inline __attribute__((const)) uintptr_t mt_thread(void) { return (uintptr_t)__builtin_thread_pointer(); }

// Fetches the cache line at `address`, to be written soon; any address will do.
static inline void mt_prefetch_write(const void *address) {
#if defined(__x86_64__)
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)address));
#else
    __builtin_prefetch(address, 1);
#endif
}

// A counter to wake the supervisor with, closed on exec and never blocking. -errno on failure.
int mt_eventfd(void);

// The descriptor, or a copy of it in its place if it has the number of a standard stream: a program that has closed
// those must not find anything of a pool there, nor lose it when it opens them again. -1 and errno as it is given.
int mt_above_standard(int descriptor);

// MARK: Processes

// libc's fork, which runs the atfork handlers that keep malloc usable in the child. -errno on failure. The child must
// call mt_catch_crashes.
pid_t mt_fork(void);

int mt_pidfd_open(pid_t pid);
int mt_pidfd_send_signal(int pidfd, int signal);

typedef struct {
    pid_t pid;
    bool signaled;   // ended by a signal rather than by exit
    int status;      // the exit code or the signal
    int64_t peak_memory;  // largest resident set, in bytes
} mt_exit_info;

// Reaps the process `pid` (never any other child). 1 if it was reaped, 0 if it still runs, -errno (ECHILD: somebody
// else reaped it).
int mt_reap(pid_t pid, bool block, mt_exit_info *info);

// Descendants.
//
// A process can leave its group and session and its parent, but not what it inherits: each worker marks itself, and so
// all it starts, with a number of its pool and its own process id. The mark is the soft limit of file locks, which
// Linux has not looked at since version 2.4.

// Marks a process of this one's user, and what it starts from now on; 0 for this one. 0 or -errno.
int mt_set_mark(pid_t pid, uint64_t mark);

// Whether marks can be set here: the hard limit of file locks is beyond all of them.
bool mt_can_mark(void);

// What tells an open file from all others of the machine: its inode and file system. 0 if it cannot be asked.
uint64_t mt_file_number(int descriptor);

// The mark of a process; 0 if it has none, or may not be looked at.
uint64_t mt_mark(pid_t pid);

// Makes this process the parent of descendants whose own parents have ended; false if the system refuses.
bool mt_adopt_orphans(void);

// Writes to `doorbell` whenever a child of this process has ended, or was stopped, and notes it.
void mt_watch_children(int doorbell);

// Undoes `mt_watch_children` in a child.
void mt_forget_children(void);

// Whether a child has ended, or an orphan may have come, since this was last asked.
bool mt_children_changed(void);

// Whether a child may have been stopped or continued since this was last asked.
bool mt_children_stopped(void);

// The state of a process as /proc says, for example 'T' if it is stopped and 't' if a debugger holds it; 0 if there is
// none.
char mt_process_state(pid_t pid);

// Whether a process is stopped, and not by a debugger.
bool mt_is_stopped(pid_t pid);

// Whether a process has no children, and at most so many threads; false if the system does not say.
bool mt_is_alone(pid_t pid, int threads);

// Whether this process has children, also those that wait to be reaped.
bool mt_has_children(void);

// The children of this process, also those that wait to be reaped, up to `capacity`; how many were written.
int mt_children(pid_t *pids, int capacity);

// Kills all processes, whatever their parents are, whose mark in the bits of `mask` is `mark`. The other bits are the
// id of the process that set it; if `spares_living`, those whose process runs are left alone. Never `skip`. How many
// of them were running.
int mt_kill_marked(uint64_t mark, uint64_t mask, pid_t skip, bool spares_living);

// Whether a process runs whose mark, in the bits of `mask`, is `mark` and otherwise its own id: one that marked itself.
bool mt_has_marked_themselves(uint64_t mark, uint64_t mask);

// Waits as poll does. poll refuses more descriptors than this process may have, and a sandbox may have lowered that
// number since they were opened, to 0 even; then another call waits for them, which hears of no end of the other side
// where no event is asked for. -errno on failure.
int mt_poll(struct pollfd *descriptors, size_t count, int milliseconds);

// Whether the process has ended, whichever process has reaped it; reaps it if nobody has and it is a child of this
// process. `signal` is the one that ended it; 0 if none did or somebody else has reaped it.
bool mt_pidfd_has_ended(int pidfd, int *signal);

// Makes this process die with the thread that forked it; false if that thread's process is gone already.
bool mt_die_with_parent(pid_t expected_parent);

// The calling thread's number in the system; asks for it once a thread.
//
// process: this one, as forked copies inherit the threads' variables.
pid_t mt_thread_id(pid_t process);

// The name of the calling thread and of those it starts, at most 15 bytes; that of the first thread is shown by ps and
// top.
void mt_set_thread_name(const char *name);

// The name of a worker's process: the prefix, a hyphen and its number. The prefix is cut where the number needs the
// place.
void mt_set_worker_name(const char *prefix, int number);

// Default actions for all signals but those that mt_catch_crashes takes, nothing blocked; but under a terminal SIGTTOU
// and SIGTTIN are ignored.
void mt_reset_signals(void);

// Makes standard input read as empty.
void mt_null_stdin(void);

// From now on `exit` runs only the handlers (atexit) that are registered after this: those of the process from which
// this one was forked are not its own. Like `exit`, it writes out what the C library has buffered.
void mt_leave_out_exit_handlers(void);

// Writes out what was printed to standard output and not yet written; nothing but a look if there is nothing.
void mt_flush_output(void);

// Where a process keeps a copy of what it prints, in memory that outlives it: a ring with the last bytes, whose
// position counts all there ever were, and the place of what stdio has buffered and not yet written, up to the first
// zero byte. Behind each other, for standard output and standard error, two `mt_output_line` of `line_size` bytes each.
typedef struct {
    uint64_t *position;
    char *ring;
    size_t ring_size;
    char *pending;
    size_t pending_size;
    char *lines;
    size_t line_size;
} mt_output_log;

// A line that is put together before it is written: how long what it begins with is, 0 if lines are written as they
// come; how many bytes there are so far, with that; and these.
typedef struct {
    uint64_t prefix;
    uint64_t count;
    char bytes[];
} mt_output_line;

// Has everything that this process prints by stdio from now on copied into `log` before it is written. The streams keep
// their descriptors and, for standard output, their way of buffering. To be called once, while there is one thread.
void mt_capture_output(mt_output_log log);

// Has the last `limit` bytes of what this process prints by stdio from now on kept, besides being written.
void mt_begin_output_copy(size_t limit);

// Keeps no more. How many bytes were kept; they are copied to `bytes` if there is room for all. May be asked again.
size_t mt_end_output_copy(void *bytes, size_t capacity);

// Has what this process prints by stdio from now on written a line at a time, each beginning with the prefix.
void mt_begin_lines(const char *prefix, size_t size);

// Writes out lines that have no end yet, with one, and lets what comes be written as it comes.
void mt_end_lines(void);

// Writes a line to a descriptor, in one piece where the system does so; false if nobody takes it within the time.
bool mt_offer_line(int descriptor, const char *bytes, size_t count, int milliseconds);

// Closes every descriptor from `first` on, except four.
void mt_close_descriptors(int first, int keep1, int keep2, int keep3, int keep4);

// The signal's name, for example "SIGKILL", or NULL.
const char *mt_signal_name(int signal);

// MARK: Limits

// How many words a set of cores has; one bit a core.
enum { mt_core_mask_words = 16 };

// The cores the calling thread may run on.
void mt_get_cores(uint64_t *words);

// Binds the calling thread, and threads and processes that it starts later, to cores. 0 or -errno.
int mt_set_cores(const uint64_t *words);

// Makes the calling thread, and what it starts later, nicer. 0 or -errno.
int mt_add_niceness(int increment);

// Limits the address space, or the writable memory of its own, to what this process has now and `more` bytes.
// 0 or -errno.
int mt_limit_address_space(uint64_t more);
int mt_limit_data(uint64_t more);

// Raises how many descriptors this process may have as far as it may; how many it might have before, or 0 if that is
// the same.
uint64_t mt_raise_open_files(void);

// Sets how many descriptors this process may have, as `mt_raise_open_files` returned it; 0 leaves it as it is.
void mt_limit_open_files(uint64_t count);

// A descriptor to read a process's memory figures from, closed on exec. -errno on failure.
int mt_open_memory(pid_t pid);

// How many bytes of resident memory that process has and does not share through files or shared memory; 0 once it has
// ended. -errno on failure.
int64_t mt_private_memory(int descriptor);

// The parent of a process; 0 if there is none, or no descriptor to find out.
pid_t mt_parent(pid_t pid);

// Whether a process has a program: not any more once its first thread ends. Takes no descriptor; true if nobody knows.
bool mt_has_program(pid_t pid);

// The number behind `name` and a space, at the beginning of a line of a file like /proc/vmstat; -1 if there is none.
int64_t mt_read_count(const char *path, const char *name);

// MARK: Fork safety

// How many threads this process has, or -errno.
int mt_thread_count(void);

// Whether this process has a thread of that number, even one that is about to end.
bool mt_has_thread(pid_t number);

// Whether libdispatch is loaded and has ever started a thread: it does not work in a forked child then.
bool mt_dispatch_was_used(void);

// MARK: Initializations

// Whether the calling thread is inside of something that is initialized once: `swift_once` (a global or `static let`),
// `pthread_once`, `std::call_once`. A forked copy would wait for its end without end. Goes by the functions on the
// stack, not by their names, so it works in stripped and statically linked programs.
//
// Writes up to `capacity` numbers of the Swift initializers under way, innermost first, which are the same in every
// process of a program, and their number to `count`.
bool mt_initialization_is_under_way(uint64_t *initializers, int capacity, int *count);

// MARK: Nesting

enum { mt_initializer_limit = 16 };

// Where a process stands in a chain of pools that were made inside of each other's tasks.
typedef struct {
    uint64_t depth;  // how many pools are around it
    uint64_t count;  // how many of the initializers are known in which one of these pools was made
    uint64_t initializers[mt_initializer_limit];
} mt_nesting;

// What mt_set_nesting was given last, in this process or one that it was forked from. Zeros in a program that a user
// started.
mt_nesting mt_get_nesting(void);

// To be called right after a fork, while there is one thread.
void mt_set_nesting(mt_nesting nesting);

// MARK: Links

// A socket between a client and its supervisor. Over it a supervisor that is executed gets its orders and proves what
// it is; and it ends when the client does, or executes another program: the client's end is closed on exec, and in
// every process that the client forks.
typedef struct {
    uint64_t id;
    int client;      // the client's end
    int supervisor;  // the other end, closed on exec, to be closed by the caller
} mt_link;

// 0 or -errno.
int mt_link_open(mt_link *link);

// Closes the client's end, in the process that has opened it; nothing in others.
void mt_link_close(uint64_t id);

// MARK: Re-execution

// The descriptors a re-executed supervisor receives, under these numbers.
enum { mt_spawn_arena_fd = 3, mt_spawn_doorbell_fd = 4, mt_spawn_client_fd = 5, mt_spawn_link_fd = 6 };

// What a re-executed supervisor finds in its link. It trusts nothing else, least of all the arena, which tasks can
// write to.
typedef struct {
    uint64_t form;       // mt_bootstrap_form
    uint8_t secret[16];  // the same as in the environment
    uint64_t build;      // mt_build_number()
    uint64_t arena_device, arena_inode, arena_size;
    uint64_t workers, slot_capacity, chunk_count;
    mt_nesting nesting;
} mt_bootstrap;

static const uint64_t mt_bootstrap_form = UINT64_C(0x4d54424f4f543031);  // "MTBOOT01"

// The variable with the secret, in hexadecimal digits.
#define MT_SUPERVISOR_VARIABLE "SWIFT_MULTITASKING_SUPERVISOR"

// A number that differs between builds of the program or of the library that holds this code.
uint64_t mt_build_number(void);

// Whether this program was given rights that the process which started it did not have.
bool mt_is_privileged(void);

// Why this program cannot be executed anew as a supervisor.
enum {
    mt_spawn_is_possible = 0,
    // It has rights that its user does not have: set-user-id, set-group-id, file capabilities.
    mt_spawn_is_privileged,
    // The library with this code was loaded by dlopen: the program would run its main without it.
    mt_spawn_is_loaded_late,
    // It was executed anew as a supervisor, again and again, and never became one.
    mt_spawn_has_failed,
};
int mt_spawn_obstacle(void);

// Re-executes this program as a supervisor: a constructor takes over before main. Fills in what `bootstrap` says of
// the build, the arena and the secret, and sends it over the link. The program's arguments are the `count` first of
// `arguments`. The child's pid, or -errno.
pid_t mt_spawn_supervisor(
    mt_bootstrap *bootstrap, int arena, int doorbell, int client_pidfd, mt_link link, char *const *arguments,
    int count);

// Says to the client that this process is the supervisor now, or, if `obstacle` is not NULL, why it cannot be.
void mt_prove_supervisor(int link, const char *obstacle);

// What the child has said: 1 if it is the supervisor, 0 if nothing yet, -1 if it cannot be, with the reason in `text`.
int mt_supervisor_proof(int link, char *text, size_t capacity);

typedef void (*mt_constructor)(int argc, char **argv, char **environment);

// Runs the executable's constructors that come after `current`, one of them, which must not return afterwards. In a
// statically linked program those of the libraries are among them, for example Dispatch's.
void mt_run_constructors_after(mt_constructor current, int argc, char **argv, char **environment);

// Defined in Swift; runs the supervisor and returns its exit code. Null in a program that has no pools of processes.
extern int32_t mt_supervisor_main(const mt_bootstrap *bootstrap) __attribute__((weak));
