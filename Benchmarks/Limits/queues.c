// W5, W6: a ring of 64-byte cells, words that are spun on, slots of 1 MiB, and a flag.
#include "ring.h"

static double throughput(int senders, int receivers, int messages) {
    Ring *ring = make_ring(4096);
    pid_t children[4];
    int started = 0;
    double start = microseconds();
    for (int i = 0; i < senders; i++)
        children[started++] = CHILD(-1, {
            char message[64] = {1};
            for (int n = 0; n < messages / senders; n++) push(ring, message, 64);
        });
    for (int i = 0; i < receivers; i++)
        children[started++] = CHILD(-1, {
            char message[64];
            for (int n = 0; n < messages / receivers; n++) pop(ring, message, 64);
        });
    while (started) reap(children[--started]);
    return messages / (microseconds() - start) * 1e6;
}

static double ping_pong(int rounds) {
    struct { Word ping, pong; } *words = shared_memory(sizeof *words);
    pin(0);
    pid_t other = CHILD(1, for (uint32_t turn = 0;;) {
        turn = wait_while(&words->ping, turn, 1e6);
        set(&words->pong, turn);
    });
    double *samples = malloc(rounds * sizeof *samples);
    for (int i = 0; i < rounds; i++) {
        double start = microseconds();
        set(&words->ping, i + 1);
        wait_while(&words->pong, i, 1e6);
        samples[i] = microseconds() - start;
    }
    end(other);
    return median(samples, rounds);
}

// Messages of 1 MiB through eight slots, so that both sides copy at the same time.
static double large(int messages) {
    const size_t size = 1 << 20;
    struct { Word sent, received; } *words = shared_memory(sizeof *words);
    char *slots = shared_memory(8 * size), *message = malloc(size);
    memset(message, 7, size);
    pin(0);
    pid_t sender = CHILD(1, for (int n = 0; n < messages; n++) {
        uint32_t received;
        while ((int)(n - (received = words->received.value)) >= 8) wait_while(&words->received, received, 50);
        memcpy(slots + n % 8 * size, message, size);
        set(&words->sent, n + 1);
    });
    double start = microseconds();
    for (int n = 0; n < messages; n++) {
        uint32_t sent;
        while ((int)((sent = words->sent.value) - n) <= 0) wait_while(&words->sent, sent, 50);
        memcpy(message, slots + n % 8 * size, size);
        set(&words->received, n + 1);
    }
    double time = microseconds() - start;
    reap(sender);
    return messages * size / time;
}

static double check(int rounds) {
    Word *flag = shared_memory(sizeof *flag);
    int seen = 0;
    double start = microseconds();
    for (int i = 0; i < rounds; i++) seen += atomic_load_explicit(&flag->value, memory_order_relaxed);
    double time = microseconds() - start;
    return seen ? -1 : time * 1e3 / rounds;
}

// From setting the flag to its being seen by a process that looks all the time.
static double seen(int rounds) {
    struct { Word flag, ready; _Atomic double time; } *both = shared_memory(sizeof *both);
    double *samples = malloc(rounds * sizeof *samples);
    pin(0);
    for (int i = 0; i < rounds; i++) {
        pid_t watcher = CHILD(1, {
            set(&both->ready, i + 1);
            wait_while(&both->flag, i, 1e6);
            both->time = microseconds();
        });
        wait_while(&both->ready, i, 0);
        usleep(200);
        double start = microseconds();
        set(&both->flag, i + 1);
        reap(watcher);
        samples[i] = both->time - start;
    }
    return median(samples, rounds);
}

int main(int count, char **names) {
    if (count > 1 && !strcmp(names[1], "w5")) {
        report("w5.one", throughput(1, 1, 4000000), "/s");
        report("w5.two", throughput(2, 2, 1000000), "/s");
        report("w5.pingpong", ping_pong(20000), "us");
        report("w5.large", large(400), "MB/s");
    } else {
        report("w6.check", check(100000000), "ns");
        report("w6.seen", seen(30), "us");
    }
}
