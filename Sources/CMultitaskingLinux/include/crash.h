// How a process of the pool dies of a signal: it writes down where it was, tells the supervisor, and ends at once.

#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// How many frames of a stack are kept.
enum { mt_crash_frame_limit = 64 };

// What a frame's address is.
enum {
    mt_frame_exact = 0,   // the instruction that was executed, or a function that goes on when another one has returned
    mt_frame_return = 1,  // the instruction behind a call
};

typedef struct {
    uint64_t address;  // in the process that died
    uint64_t offset;   // from where its image was loaded
    uint32_t image;    // where the image's path begins in `names`, plus 1; 0 if the address lies in no image
    uint32_t kind;
} mt_crash_frame;

// What a process writes down as it dies, in memory that outlives it. The path of the executable itself is empty.
typedef struct {
    uint64_t frame_count;
    uint64_t name_size;
    uint64_t signal;
    uint64_t fault_address;
    mt_crash_frame frames[mt_crash_frame_limit];
    char names[4080 - 32 - mt_crash_frame_limit * 24];
} mt_crash_area;

// What becomes of a process that a signal ends.
typedef struct {
    mt_crash_area *area;  // NULL to write no frames
    // Two words, NULL if nobody asks: the time of the death in nanoseconds of CLOCK_MONOTONIC, written last, and the
    // signal.
    uint64_t *death;
    int doorbell;         // an eventfd that is told
    bool prints;          // whether Swift's own backtracer, if it is enabled, prints what it has found
} mt_crash_plan;

// How long the printing of a backtrace may take, in seconds.
enum { mt_print_seconds = 10 };

// Has each signal whose default action is a core dump, sent or raised, end this process as the plan says. A handler
// that is not Swift's own is left in place. To be called once in each process, after a fork, while there is one thread.
void mt_catch_crashes(mt_crash_plan plan);

// The same in a child of a process that has called it, and in which nobody has set another handler since: those are
// inherited, and 14 system calls are saved.
void mt_catch_crashes_as_parent(mt_crash_plan plan);

// Keeps such signals waiting that are sent to the calling thread or to what it forks, and says which signals it kept
// waiting before. mt_catch_crashes lets them through in the child, which would take them as its parent does until then;
// in the parent the thread goes on as before.
void mt_hold_crashes(sigset_t *before);
void mt_let_crashes(const sigset_t *before);

// Has the calling thread handle crashes on a stack of its own, so that an overflow of its stack is reported as well;
// and shows its stack, rather than that of any other thread, when a signal is sent to the process.
void mt_use_crash_stack(void);

// The function that an address of this program's image at `path` ("" for the executable) belongs to: its name,
// demangled, to be freed by the caller, and how far into it the address is. NULL if there is none.
char *mt_function_name(const char *path, uint64_t offset, uint64_t *distance);
