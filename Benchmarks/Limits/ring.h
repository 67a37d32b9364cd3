// Dmitry Vyukov's bounded queue for many producers and consumers, with elements of a fixed size, in shared memory.
// https://www.1024cores.net/home/lock-free-algorithms/queues/bounded-mpmc-queue
#include "limits.h"

typedef struct { _Alignas(64) _Atomic uint64_t sequence; char element[64]; } Cell;
typedef struct {
    _Alignas(128) _Atomic uint64_t tail;
    _Alignas(128) _Atomic uint64_t head;
    _Alignas(128) uint64_t mask;
    Cell cells[];
} Ring;

static inline Ring *make_ring(uint64_t capacity) {
    Ring *ring = shared_memory(sizeof(Ring) + capacity * sizeof(Cell));
    ring->mask = capacity - 1;
    for (uint64_t i = 0; i < capacity; i++) ring->cells[i].sequence = i;
    return ring;
}

static inline int try_push(Ring *ring, const void *element, size_t bytes) {
    uint64_t position = atomic_load_explicit(&ring->tail, memory_order_relaxed);
    for (;;) {
        Cell *cell = &ring->cells[position & ring->mask];
        int64_t ahead = atomic_load_explicit(&cell->sequence, memory_order_acquire) - position;
        if (ahead < 0) return 0;
        if (ahead > 0) { position = atomic_load_explicit(&ring->tail, memory_order_relaxed); continue; }
        if (!atomic_compare_exchange_weak_explicit(
                &ring->tail, &position, position + 1, memory_order_relaxed, memory_order_relaxed)) continue;
        memcpy(cell->element, element, bytes);
        atomic_store_explicit(&cell->sequence, position + 1, memory_order_release);
        return 1;
    }
}

static inline int try_pop(Ring *ring, void *element, size_t bytes) {
    uint64_t position = atomic_load_explicit(&ring->head, memory_order_relaxed);
    for (;;) {
        Cell *cell = &ring->cells[position & ring->mask];
        int64_t ahead = atomic_load_explicit(&cell->sequence, memory_order_acquire) - (position + 1);
        if (ahead < 0) return 0;
        if (ahead > 0) { position = atomic_load_explicit(&ring->head, memory_order_relaxed); continue; }
        if (!atomic_compare_exchange_weak_explicit(
                &ring->head, &position, position + 1, memory_order_relaxed, memory_order_relaxed)) continue;
        memcpy(element, cell->element, bytes);
        atomic_store_explicit(&cell->sequence, position + ring->mask + 1, memory_order_release);
        return 1;
    }
}

// Waiting for room or for an element: with more processes than cores, spinning must give way.
static inline void push(Ring *ring, const void *element, size_t bytes) {
    for (int turn = 1; !try_push(ring, element, bytes); turn++)
        if (turn % 256) __builtin_ia32_pause(); else sched_yield();
}
static inline void pop(Ring *ring, void *element, size_t bytes) {
    for (int turn = 1; !try_pop(ring, element, bytes); turn++)
        if (turn % 256) __builtin_ia32_pause(); else sched_yield();
}
