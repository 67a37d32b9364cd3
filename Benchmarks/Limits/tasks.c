// W1, W2, W10: a pool of one worker that takes the addresses of functions from a ring in shared memory.
#include "ring.h"

typedef struct { void (*function)(void); _Atomic uint32_t done; uint32_t padding; } Task;

static void nothing(void) {}

// One task at a time: push its address, ring, and wait for its outcome, spinning or asleep.
static double latency(int rounds, double spin, int pause) {
    Ring *ring = make_ring(1024);
    struct { Word bell, done; Task task; } *pool = shared_memory(sizeof *pool);
    pid_t worker = CHILD(1, for (uint32_t rung = 0;;) {
        Task *task;
        if (!try_pop(ring, &task, sizeof task)) { rung = wait_while(&pool->bell, rung, spin); continue; }
        task->function();
        set(&pool->done, pool->done.value + 1);
    });
    double *samples = malloc(rounds * sizeof *samples);
    for (int warmed = 0; warmed < 2; warmed++)
        for (int i = 0; i < rounds; i++) {
            if (pause) usleep(pause);
            double start = microseconds();
            Task *task = &pool->task;
            uint32_t before = pool->done.value;
            task->function = nothing;
            push(ring, &task, sizeof task);
            set(&pool->bell, pool->bell.value + 1);
            wait_while(&pool->done, before, spin);
            samples[i] = microseconds() - start;
        }
    end(worker);
    return median(samples, rounds);
}

// Many tasks, one push each, and a look at the outcome of each.
static double many(int count, size_t *bytes) {
    uint64_t capacity = 1;
    while (capacity < (uint64_t)count && capacity < 1 << 16) capacity *= 2;
    Ring *ring = make_ring(capacity);
    Task *tasks = shared_memory(count * sizeof *tasks);
    *bytes = sizeof *tasks;
    pid_t worker = CHILD(1, for (Task *task;;) {
        pop(ring, &task, sizeof task);
        task->function();
        atomic_store_explicit(&task->done, 1, memory_order_release);
    });
    double start = microseconds();
    for (int i = 0; i < count; i++) {
        Task *task = &tasks[i];
        task->function = nothing;
        push(ring, &task, sizeof task);
    }
    for (int i = 0; i < count; i++)
        while (!atomic_load_explicit(&tasks[i].done, memory_order_acquire)) __builtin_ia32_pause();
    double time = microseconds() - start;
    end(worker);
    return time;
}

int main(int count, char **names) {
    const char *work = count > 1 ? names[1] : "";
    size_t bytes;
    pin(0);
    if (!strcmp(work, "w1")) {
        report("w1.free", latency(5000, 1e6, 0), "us");
        report("w1.parked", latency(200, 0, 2000), "us");
    } else if (!strcmp(work, "w2")) {
        double samples[5];
        for (int i = 0; i < 5; i++) samples[i] = 20000 / many(20000, &bytes) * 1e6;
        report("w2.each", median(samples, 5), "/s");
    } else if (!strcmp(work, "w10")) {
        report("w10.time", many(1000000, &bytes) / 1e6, "s");
        report("w10.bytes", bytes, "B");
    }
}
