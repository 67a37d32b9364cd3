// The processor's own clock, for the times of events. All of it is in this header, so that a program which uses threads
// alone compiles no C. Each module that imports it has a copy of what is static here, so only one does.

#ifndef CMULTITASKINGCLOCK_H
#define CMULTITASKINGCLOCK_H

#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline int64_t mt_system_nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

static inline uint64_t mt_counter(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#endif
}

// For how long a thread goes by the counter before it asks the system again. So an error of the measured speed, or a
// move of the machine to another host, does not add up.
#define MT_CLOCK_VALIDITY INT64_C(1000000)
// Over how long the counter's speed is measured: the two readings at its ends are exact to some 30 ns each.
#define MT_CLOCK_CALIBRATION INT64_C(10000000)
// And for how long at most.
#define MT_CLOCK_LONGEST_CALIBRATION INT64_C(1000000000)
// How many events of a process have passed before it looks for a counter, which would make its first task later.
#define MT_CLOCK_FIRST_CALLS 100
// What may pass between two looks at the counter with one at the system's clock in between; more was an interruption.
#define MT_CLOCK_LONGEST_LOOK 2000

// What a thread goes by: the system's time when the counter had this value, and for how many ticks that is used.
struct mt_clock_known {
    uint64_t ticks;
    int64_t nanoseconds;
    // In ticks. 0 if the counter is not used.
    uint64_t validity;
};

// The variables are those of functions, because Swift compiles what is in the functions that it calls, and no others.
static inline struct mt_clock_known *mt_clock_known(void) {
    static _Thread_local struct mt_clock_known known;
    return &known;
}

enum { mt_clock_untouched, mt_clock_being_set, mt_clock_is_set, mt_clock_unusable };

// What the process knows of its counter.
struct mt_clock_speed {
    // Nanoseconds for each tick, times 2³²; 0 as long as it is not known, or if the counter is not used.
    _Atomic uint64_t scale;
    _Atomic int state;
    _Atomic unsigned calls;
    // The first reading, from which the speed is measured.
    uint64_t first_ticks;
    int64_t first_nanoseconds;
};

static inline struct mt_clock_speed *mt_clock_speed(void) {
    static struct mt_clock_speed speed;
    return &speed;
}

// Whether the system itself goes by the counter: then it goes at one speed, and says the same on all processors.
static inline bool mt_clock_is_trusted(void) {
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
static inline bool mt_clock_read_both(uint64_t *ticks, int64_t *nanoseconds) {
    uint64_t before = mt_counter();
    *nanoseconds = mt_system_nanoseconds();
    uint64_t gap = mt_counter() - before;
    *ticks = before + gap / 2;
    return gap < MT_CLOCK_LONGEST_LOOK;
}

// The speed of the counter, as soon as it is known.
static inline uint64_t mt_clock_measure(uint64_t ticks, int64_t nanoseconds) {
    struct mt_clock_speed *speed = mt_clock_speed();
    // ORDERING: acquiring, pairs with the releasing below: the first reading is whole.
    int state = atomic_load_explicit(&speed->state, memory_order_acquire);
    if (state == mt_clock_untouched) {
        if (atomic_fetch_add_explicit(&speed->calls, 1, memory_order_relaxed) < MT_CLOCK_FIRST_CALLS) return 0;
        if (!atomic_compare_exchange_strong(&speed->state, &state, mt_clock_being_set)) return 0;
        speed->first_ticks = ticks;
        speed->first_nanoseconds = nanoseconds;
        state = mt_clock_is_trusted() ? mt_clock_is_set : mt_clock_unusable;
        atomic_store_explicit(&speed->state, state, memory_order_release);
        return 0;
    }
    // One thread at a time, as it may begin anew.
    if (state != mt_clock_is_set) return 0;
    if (!atomic_compare_exchange_strong(&speed->state, &state, mt_clock_being_set)) return 0;
    int64_t passed = nanoseconds - speed->first_nanoseconds;
    uint64_t measured = 0;
    if (passed > MT_CLOCK_LONGEST_CALIBRATION) {
        // The machine may have slept meanwhile: the counter went on, and the system's clock did not.
        speed->first_ticks = ticks;
        speed->first_nanoseconds = nanoseconds;
    } else if (passed >= MT_CLOCK_CALIBRATION && ticks > speed->first_ticks) {
        measured = (uint64_t)(((unsigned __int128)passed << 32) / (ticks - speed->first_ticks));
        // Of a counter between 10 MHz and 100 GHz.
        if (measured < UINT64_C(1) << 25 || measured > UINT64_C(100) << 32) measured = 0;
    }
    atomic_store_explicit(&speed->state, mt_clock_is_set, memory_order_release);
    // ORDERING: relaxed; a number that stands for itself.
    if (measured) atomic_store_explicit(&speed->scale, measured, memory_order_relaxed);
    return measured;
}

static inline int64_t mt_clock_ask_the_system(void) {
    struct mt_clock_known *known = mt_clock_known();
    uint64_t ticks;
    int64_t nanoseconds;
    bool is_exact = mt_clock_read_both(&ticks, &nanoseconds);
    known->validity = 0;
    if (!is_exact) return nanoseconds;
    uint64_t scale = atomic_load_explicit(&mt_clock_speed()->scale, memory_order_relaxed);
    if (scale == 0) scale = mt_clock_measure(ticks, nanoseconds);
    if (scale == 0) return nanoseconds;
    known->ticks = ticks;
    known->nanoseconds = nanoseconds;
    known->validity = ((uint64_t)MT_CLOCK_VALIDITY << 32) / scale;
    return nanoseconds;
}

// The time of an event that is written down: nanoseconds of CLOCK_MONOTONIC. Where the processor has a counter that the
// system itself uses as its clock, this takes 15 ns and not 35; it is off by a tenth of a microsecond at most, and may
// seem to run backwards by as much. Elsewhere it is the system's function.
static inline int64_t mt_event_nanoseconds(void) {
    struct mt_clock_known *known = mt_clock_known();
    uint64_t passed = mt_counter() - known->ticks;
    if (passed >= known->validity) return mt_clock_ask_the_system();
    uint64_t scale = atomic_load_explicit(&mt_clock_speed()->scale, memory_order_relaxed);
    return known->nanoseconds + (int64_t)(passed * scale >> 32);
}

#else

static inline int64_t mt_event_nanoseconds(void) { return mt_system_nanoseconds(); }

#endif

#endif
