// Runs a forked child under ptrace, one instruction or one write to shared memory at a time, and kills it there.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Whether this machine's architecture is known here.
bool pt_is_supported(void);

// MARK: The child

// Forks a traced child. Returns 0 in the child; in the parent its pid, once it has stopped. -errno on failure.
pid_t pt_fork(void);

// Stops the calling traced process where its tracer can find it; does nothing in a process without a tracer.
void pt_mark(void);

// MARK: The tracer

// How a traced process was found after it was let go on.
enum {
    pt_ended = 0,   // it is gone, and was reaped
    pt_marked = 1,  // it has called pt_mark
    pt_writes = 2,  // its next instruction writes to the watched memory
    pt_stepped = 3, // it has executed what was asked for
    pt_failed = -1, // it has got a signal that nobody expected, or ptrace failed
};

// Lets the process run to its next mark.
int pt_continue(pid_t pid);

// Executes up to `count` instructions, fewer if it meets a mark or its end; `*done` is how many.
int pt_step(pid_t pid, long count, long *done);

// Makes a range of the process's memory read-only, or writable again. 0, or -errno.
int pt_protect(pid_t pid, uintptr_t start, size_t size, bool writable);

// Lets a process whose range is read-only run until its next instruction would write there.
int pt_continue_to_write(pid_t pid, uintptr_t start, size_t size);

// Executes the one instruction that would write there.
int pt_pass_write(pid_t pid, uintptr_t start, size_t size);

// Where the process is: the address of its next instruction.
uintptr_t pt_address(pid_t pid);

// Kills the process and reaps it.
void pt_kill(pid_t pid);

// Stops tracing; the process runs on.
void pt_release(pid_t pid);

// Waits for a child and returns its exit code, or 1000 + the signal it died of. After `milliseconds` it is killed.
int pt_wait(pid_t pid, int milliseconds);

// MARK: Memory

// What a sparse file holds.
typedef struct pt_image pt_image;

pt_image *pt_image_take(int descriptor);
void pt_image_restore(int descriptor, const pt_image *image);
void pt_image_free(pt_image *image);

// Executes instructions one by one until one has changed the file, which is mapped at `memory`, from what `image` says,
// or has called the system. `image` then says what the file holds now; `*done` is raised by each instruction.
// pt_stepped, or what else stopped the process.
int pt_step_to_change(pid_t pid, int descriptor, const char *memory, pt_image *image, long *done);

// Zeroed memory that forked children share with this process.
void *pt_shared_memory(size_t size);
