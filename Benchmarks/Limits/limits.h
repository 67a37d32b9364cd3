// What the programs in this folder share: a clock, medians, shared memory, futexes, and lines of JSON.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static inline double microseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static inline void report(const char *metric, double value, const char *unit) {
    printf("{\"metric\": \"%s\", \"value\": %.6g, \"unit\": \"%s\"}\n", metric, value, unit);
    fflush(stdout);
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static inline double median(double *samples, int count) {
    qsort(samples, count, sizeof *samples, ascending);
    return samples[count / 2];
}

static inline void *shared_memory(size_t bytes) {
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory == MAP_FAILED) { perror("mmap"); exit(1); }
    return memory;
}

// The two sides of a hand-over each have a core: this is about waking another core, and the kernel often puts both on
// one.
static inline void pin(int core) {
    static cpu_set_t usable;  // before the first pinning, which children inherit
    cpu_set_t one;
    if (!CPU_COUNT(&usable)) sched_getaffinity(0, sizeof usable, &usable);
    CPU_ZERO(&one);
    for (int cpu = 0, seen = 0; cpu < CPU_SETSIZE; cpu++)
        if (CPU_ISSET(cpu, &usable) && seen++ == core) CPU_SET(cpu, &one);
    if (CPU_COUNT(&one)) sched_setaffinity(0, sizeof one, &one);
}

// A child that ends with its parent; `body` runs on `core` (or anywhere, if it is negative), and its end is the
// child's.
#define CHILD(core, body) \
    ({ pid_t pid_ = fork(); if (pid_ == 0) { if ((core) >= 0) pin(core); body; _exit(0); } pid_; })

static inline void reap(pid_t child) { waitpid(child, NULL, 0); }
static inline void end(pid_t child) { kill(child, SIGKILL); reap(child); }

// A word that one side changes and the other waits for: spinning for `spin` microseconds, then sleeping.
typedef struct { _Alignas(128) _Atomic uint32_t value; _Alignas(128) _Atomic uint32_t sleepers; } Word;

static inline void set(Word *word, uint32_t value) {
    atomic_store(&word->value, value);
    if (atomic_load(&word->sleepers)) syscall(SYS_futex, &word->value, FUTEX_WAKE, 1, NULL, NULL, 0);
}

// Waits until the word is no longer `old`, and returns what it is.
static inline uint32_t wait_while(Word *word, uint32_t old, double spin) {
    uint32_t value;
    double end = spin > 0 ? microseconds() + spin : 0;
    do {
        for (int i = 0; i < 64; i++) {
            if ((value = atomic_load_explicit(&word->value, memory_order_acquire)) != old) return value;
            __builtin_ia32_pause();
        }
    } while (spin > 0 && microseconds() < end);
    atomic_fetch_add(&word->sleepers, 1);
    while ((value = atomic_load(&word->value)) == old) syscall(SYS_futex, &word->value, FUTEX_WAIT, old, NULL, NULL, 0);
    atomic_fetch_sub(&word->sleepers, 1);
    return value;
}
