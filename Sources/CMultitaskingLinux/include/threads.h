// The two threads of a process that was forked: a fresh one that works, and the first one, which serves the main
// queue.

#pragma once

#include <stdint.h>
#include <sys/types.h>

// Starts a detached thread whose stack is as large as that of a program's first thread: what `ulimit -s` says, or 256
// MiB where that is unlimited. A size that the system refuses is tried smaller. Under a limit of addresses (ulimit -v),
// this process's threads share one heap from then on. 0 or -errno.
int mt_start_thread(void *(*body)(void *), void *argument);

// Ends the process when the calling thread ends by itself, with a word on standard error: a caller that waits for what
// the thread was doing would wait without an end. The thread otherwise ends the process itself, by _exit.
enum { mt_thread_ended_exit_code = 70 };
void mt_end_with_this_thread(void);

// Has the calling thread wait until the process ends. It takes no signals that are sent to the process.
_Noreturn void mt_park_thread(void);

// Looks for what the main queue is served with. To be called in a process that forks others: what it has found they
// know, and the symbols of all libraries would have to be read in by each of them.
void mt_find_main_queue(void);

// Makes the calling thread, the first one of a process that was just forked, the main queue's, which was that of
// another process. Before this process has another thread.
void mt_adopt_main_queue(void);

// Has the first thread of a forked process serve the main queue, and with it the main actor, until the process ends.
// It has adopted the queue.
//
// As long as nothing uses Dispatch it does not either, so that this process can be forked: now and then, and seldom
// while the word `activity` is zero, it looks whether anything has; no more after a second in which the thread that
// works has slept, until that wakes. Once Dispatch is used, the main queue wakes it. While it waits it takes no signals
// that are sent to the process; they are for the thread that works.
_Noreturn void mt_serve_main_queue(const uint64_t *activity);

// What the thread that works says around a sleep of its own, between tasks or within one that waits.
void mt_begin_worker_sleep(void);
void mt_end_worker_sleep(void);

// Says that the main queue is about to be used, so that nobody has to find out. Cheap when it was said before.
void mt_expect_main_queue(void);

// Clears every variable of the calling thread that holds this number and is no part of an address.
void mt_forget_thread(pid_t thread);

// Forks after the calling thread has forgotten its id: libraries keep the id of the current thread in variables of
// that thread, which the child's thread would inherit, and take the other one for the owner of its locks. A process
// that is not known is found out again when it is needed. Only for a thread that runs nothing but this package. -errno
// on failure.
pid_t mt_fork_afresh(void);
