// W7, W8, W9 and copy-on-write tasks: making processes, using them, and hearing of their end.
#include "limits.h"
#include <poll.h>
#include <spawn.h>

extern char **environ;

// Two children, and a word from each.
static void start_and_stop(int rounds) {
    double starts[rounds], stops[rounds];
    Word *words = shared_memory(3 * sizeof *words);
    for (int i = 0; i < rounds; i++) {
        pid_t workers[2];
        double start = microseconds();
        for (int n = 0; n < 2; n++)
            workers[n] = CHILD(-1, { set(&words[n], i + 1); wait_while(&words[2], i, 0); });
        for (int n = 0; n < 2; n++) wait_while(&words[n], i, 50);
        double ready = microseconds();
        set(&words[2], i + 1);
        syscall(SYS_futex, &words[2].value, FUTEX_WAKE, 2, NULL, NULL, 0);
        for (int n = 0; n < 2; n++) reap(workers[n]);
        starts[i] = ready - start;
        stops[i] = microseconds() - ready;
    }
    report("w7.start.fork", median(starts, rounds) / 1e3, "ms");
    report("w7.stop", median(stops, rounds) / 1e3, "ms");
}

// Two programs, one of which is waited for: a supervisor need not wait for both.
static void spawn(int rounds) {
    double samples[rounds];
    char *arguments[] = {"/bin/true", NULL};
    for (int i = 0; i < rounds; i++) {
        double start = microseconds();
        pid_t program;
        if (posix_spawn(&program, arguments[0], NULL, NULL, arguments, environ)) exit(1);
        reap(program);
        samples[i] = microseconds() - start;
    }
    report("w7.start.spawn", median(samples, rounds) / 1e3, "ms");
}

static double private_memory(pid_t process) {
    char path[64], line[256];
    double total = 0, kilobytes;
    snprintf(path, sizeof path, "/proc/%d/smaps_rollup", process);
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "Private_%*[^:]: %lf", &kilobytes) == 1) total += kilobytes;
    if (file) fclose(file);
    return total / 1024;
}

static void memory(void) {
    pid_t worker = CHILD(-1, pause());
    usleep(20000);
    report("w7.memory", private_memory(worker), "MiB");
    end(worker);
}

static int is_prime(long number) {
    if (number < 4) return number > 1;
    if (number % 2 == 0) return 0;
    for (long divisor = 3; divisor * divisor <= number; divisor += 2)
        if (number % divisor == 0) return 0;
    return 1;
}

static long find_primes(long chunk, long *found) {
    long count = 0;
    for (long number = chunk * 100000; number < (chunk + 1) * 100000; number++)
        if (is_prime(number)) found[count++] = number;
    return count;
}

// Fifty chunks of 100,000 numbers, alone and by two processes that take the next chunk when they have done one.
static void primes(void) {
    struct { _Atomic long next, total; } *shared = shared_memory(sizeof *shared);
    long *found = shared_memory(50 * 100000 * sizeof *found);
    double start = microseconds();
    for (long chunk = 0; chunk < 50; chunk++) shared->total += find_primes(chunk, found + chunk * 100000);
    double alone = microseconds() - start;
    start = microseconds();
    pid_t workers[2];
    for (int n = 0; n < 2; n++)
        workers[n] = CHILD(-1, for (long chunk; (chunk = shared->next++) < 50;)
            shared->total += find_primes(chunk, found + chunk * 100000));
    for (int n = 0; n < 2; n++) reap(workers[n]);
    double two = microseconds() - start;
    if (shared->total != 2 * 348513) exit(1);
    report("w8.alone", alone / 1e6, "s");
    report("w8.two", two / 1e6, "s");
    report("w8.speedup", alone / two, "x");
}

// From SIGKILL to the pidfd's being readable.
static void crash(int rounds) {
    double samples[rounds];
    for (int i = 0; i < rounds; i++) {
        pid_t worker = CHILD(-1, pause());
        struct pollfd descriptor = {.fd = syscall(SYS_pidfd_open, worker, 0), .events = POLLIN};
        usleep(2000);
        double start = microseconds();
        kill(worker, SIGKILL);
        poll(&descriptor, 1, -1);
        samples[i] = microseconds() - start;
        close(descriptor.fd);
        reap(worker);
    }
    report("w9", median(samples, rounds), "us");
}

// A fork of a process with 500 MB that were written to.
static void copy_on_write(int rounds) {
    double samples[rounds];
    volatile char *big = malloc(500u << 20);
    for (size_t i = 0; i < 500u << 20; i += 4096) big[i] = 1;
    Word *result = shared_memory(sizeof *result);
    for (int i = 0; i < rounds; i++) {
        double start = microseconds();
        pid_t child = CHILD(-1, set(result, i + big[4096]));
        reap(child);
        samples[i] = microseconds() - start;
    }
    report("cow", median(samples, rounds) / 1e3, "ms");
}

int main(int count, char **names) {
    const char *work = count > 1 ? names[1] : "";
    if (!strcmp(work, "w7")) { start_and_stop(30); spawn(20); memory(); }
    if (!strcmp(work, "w8")) primes();
    if (!strcmp(work, "w9")) crash(30);
    if (!strcmp(work, "cow")) copy_on_write(10);
}
