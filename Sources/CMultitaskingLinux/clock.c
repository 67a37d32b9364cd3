#define _GNU_SOURCE
#include "CMultitaskingLinux.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int64_t monotonic_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

#if defined(__x86_64__) || defined(__aarch64__)

#if defined(__x86_64__)
static inline uint64_t counter(void) { return __builtin_ia32_rdtsc(); }
#else
static inline uint64_t counter(void) {
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
}
#endif

// For how long a thread goes by the counter before it asks the system again. So an error of the measured speed, or a
// move of the machine to another host, does not add up.
static const int64_t validity = 1000000;
// Over how long the counter's speed is measured: the two readings at its ends are exact to some 30 ns each.
static const int64_t calibration = 10000000;
// How many events of a process have passed before it looks for a counter, which would make its first task later.
static const unsigned first_calls = 100;
// What may pass between two looks at the counter with one at the system's clock in between; more was an interruption.
static const uint64_t longest_look = 2000;

// What a thread goes by: the system's time when the counter had this value, and for how many ticks that is used.
static _Thread_local struct {
    uint64_t ticks;
    int64_t nanoseconds;
    // In ticks. 0 if the counter is not used.
    uint64_t validity;
} known;

// Nanoseconds for each tick, times 2³²; 0 as long as it is not known, or if the counter is not used.
static _Atomic uint64_t scale;
// The first reading, from which the speed is measured.
static struct {
    uint64_t ticks;
    int64_t nanoseconds;
} first;
enum { untouched, being_set, is_set, unusable };
static _Atomic int first_state = untouched;
static _Atomic unsigned calls;

// Whether the system itself goes by the counter: then it goes at one speed, and says the same on all processors.
static bool is_trusted(void) {
#if defined(__x86_64__)
    char name[8] = {0};
    int file = open("/sys/devices/system/clocksource/clocksource0/current_clocksource", O_RDONLY | O_CLOEXEC);
    if (file < 0) return false;
    ssize_t count = read(file, name, sizeof name - 1);
    close(file);
    return count >= 3 && strncmp(name, "tsc", 3) == 0;
#else
    return true;
#endif
}

// Reads both clocks at once; false if this was interrupted.
static bool read_both(uint64_t *ticks, int64_t *nanoseconds) {
    uint64_t before = counter();
    *nanoseconds = monotonic_nanoseconds();
    uint64_t gap = counter() - before;
    *ticks = before + gap / 2;
    return gap < longest_look;
}

// The speed of the counter, as soon as it is known.
static uint64_t measure(uint64_t ticks, int64_t nanoseconds) {
    // ORDERING: acquiring, pairs with the releasing below: `first` is whole.
    int state = atomic_load_explicit(&first_state, memory_order_acquire);
    if (state == untouched) {
        if (atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed) < first_calls) return 0;
        if (!atomic_compare_exchange_strong(&first_state, &state, being_set)) return 0;
        first.ticks = ticks;
        first.nanoseconds = nanoseconds;
        atomic_store_explicit(&first_state, is_trusted() ? is_set : unusable, memory_order_release);
        return 0;
    }
    if (state != is_set || ticks <= first.ticks || nanoseconds - first.nanoseconds < calibration) return 0;
    uint64_t measured =
        (uint64_t)(((unsigned __int128)(nanoseconds - first.nanoseconds) << 32) / (ticks - first.ticks));
    // Of a counter between 10 MHz and 100 GHz.
    if (measured < UINT64_C(1) << 25 || measured > UINT64_C(100) << 32) return 0;
    // ORDERING: relaxed; a number that stands for itself. All who measure it find nearly the same.
    atomic_store_explicit(&scale, measured, memory_order_relaxed);
    return measured;
}

static int64_t ask_the_system(void) {
    uint64_t ticks;
    int64_t nanoseconds;
    bool is_exact = read_both(&ticks, &nanoseconds);
    known.validity = 0;
    if (!is_exact) return nanoseconds;
    uint64_t speed = atomic_load_explicit(&scale, memory_order_relaxed);
    if (speed == 0) speed = measure(ticks, nanoseconds);
    if (speed == 0) return nanoseconds;
    known.ticks = ticks;
    known.nanoseconds = nanoseconds;
    known.validity = ((uint64_t)validity << 32) / speed;
    return nanoseconds;
}

int64_t mt_event_nanoseconds(void) {
    uint64_t passed = counter() - known.ticks;
    if (passed >= known.validity) return ask_the_system();
    return known.nanoseconds + (int64_t)(passed * atomic_load_explicit(&scale, memory_order_relaxed) >> 32);
}

#else

int64_t mt_event_nanoseconds(void) { return monotonic_nanoseconds(); }

#endif
