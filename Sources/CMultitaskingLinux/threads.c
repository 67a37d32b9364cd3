#define _GNU_SOURCE
#include "threads.h"
#include "CMultitaskingLinux.h"
#include <CMultitaskingImages.h>

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// MARK: Starting

// Some processors need more than others, and large thread-local variables lie on it.
static size_t smallest_stack(void) {
    static const size_t least = 64 << 10;
    long needed = sysconf(_SC_THREAD_STACK_MIN);
    return needed > (long)least ? (size_t)needed : least;
}

// Pages of it appear when they are touched.
static const size_t unlimited_stack = 256 << 20;

static size_t stack_size(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return unlimited_stack;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t size = limit.rlim_cur & ~(page - 1);
    return size < smallest_stack() ? smallest_stack() : size;
}

// Less is little for programs that are given a limit of addresses: from here on it holds the stacks and heaps of dozens
// of threads.
static const rlim_t ample_address_space = (rlim_t)16 << 30;

// In glibc every thread but the first has a heap of its own, which reserves 64 MiB of addresses, and 128 MiB for a
// moment. Where there is no room for that, each malloc of such a thread becomes an mmap, which is hundreds of times
// slower. Tasks run on such a thread, so under a limit it shares the heap of the first one, which grows as it is
// needed. With a limit that is far away, threads should not contend for one heap.
static void share_heap_if_limited(void) {
#ifdef __GLIBC__
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur >= ample_address_space) return;
    mallopt(M_ARENA_MAX, 1);
#endif
}

int mt_start_thread(void *(*body)(void *), void *argument) {
    share_heap_if_limited();
    pthread_attr_t attributes;
    int error = pthread_attr_init(&attributes);
    if (error) return -error;
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    size_t size = stack_size();
    do {
        pthread_t thread;
        error = pthread_attr_setstacksize(&attributes, size);
        if (!error) error = pthread_create(&thread, &attributes, body, argument);
        size /= 2;
    } while (error && size >= smallest_stack());
    pthread_attr_destroy(&attributes);
    return -error;
}

// MARK: The thread of the tasks

static void end_process(void *unused) {
    (void)unused;
    static const char text[] = "the task ended the thread that ran it (pthread_exit, Thread.exit)\n";
    ssize_t written = write(STDERR_FILENO, text, sizeof text - 1);
    (void)written;
    _exit(mt_thread_ended_exit_code);
}

void mt_end_with_this_thread(void) {
    static pthread_key_t key;
    static bool is_made;
    // Not run by exit, nor in a thread that never set it.
    if (!is_made && pthread_key_create(&key, end_process) != 0) return;
    is_made = true;
    pthread_setspecific(key, &key);
}

// MARK: The first thread

static void block_signals(bool are_blocked) {
    sigset_t signals;
    if (are_blocked) sigfillset(&signals);
    else sigemptyset(&signals);
    pthread_sigmask(SIG_SETMASK, &signals, NULL);
}

_Noreturn void mt_park_thread(void) {
    block_signals(true);
    // Wakes up for nothing but what cannot be blocked.
    while (true) pause();
}

// What CoreFoundation's run loop uses of libdispatch (private/queue_private.h): an eventfd that is readable when
// something is in the main queue, and a function that runs it. Making the eventfd counts as using Dispatch.
extern int _dispatch_get_main_queue_handle_4CF(void) __attribute__((weak));
extern void _dispatch_main_queue_callback_4CF(void *) __attribute__((weak));
// What libdispatch has every forked child call on some systems (private/private.h), and not on Linux.
extern void dispatch_atfork_child(void) __attribute__((weak));

static struct {
    int (*handle)(void);
    void (*run)(void *);
    void (*adopt)(void);
} main_queue;

void mt_find_main_queue(void) {
    if (main_queue.handle && main_queue.run && main_queue.adopt) return;
    // In a statically linked program only the linker finds them; in others they may be in a library that nobody has
    // linked.
    main_queue.handle = _dispatch_get_main_queue_handle_4CF;
    main_queue.run = _dispatch_main_queue_callback_4CF;
    main_queue.adopt = dispatch_atfork_child;
    if (!main_queue.handle) *(void **)&main_queue.handle = dlsym(RTLD_DEFAULT, "_dispatch_get_main_queue_handle_4CF");
    if (!main_queue.run) *(void **)&main_queue.run = dlsym(RTLD_DEFAULT, "_dispatch_main_queue_callback_4CF");
    if (!main_queue.adopt) *(void **)&main_queue.adopt = dlsym(RTLD_DEFAULT, "dispatch_atfork_child");
}

// Where time is counted in nanoseconds: how long to wait before the next look at whether Dispatch was used.
static const int64_t shortest_pause = 2000000, longest_pause = 64000000;

// For so many of the longest pauses, with the worker asleep, the first thread looks; then it sleeps as well.
static const int looks_before_sleep = 16;

// What the first thread does, and its futex. Nothing follows upon `expected`.
enum { looking, sleeping, expected };
static _Atomic uint32_t first_thread = looking;
// Whether the thread that works sleeps.
static _Atomic bool worker_sleeps;

static void wake_first_thread(void) { mt_futex_wake((const void *)&first_thread, 1); }

void mt_expect_main_queue(void) {
    // ORDERING: relaxed; the futex orders what matters, and nothing is passed along with it.
    if (atomic_load_explicit(&first_thread, memory_order_relaxed) == expected) return;
    if (atomic_exchange(&first_thread, expected) != expected) wake_first_thread();
}

void mt_adopt_main_queue(void) {
    mt_find_main_queue();
    if (main_queue.adopt) main_queue.adopt();
    // A thread of the process this was forked from may have slept.
    atomic_store(&worker_sleeps, false);
    // Or used its main queue.
    atomic_store(&first_thread, looking);
}

void mt_begin_worker_sleep(void) { atomic_store(&worker_sleeps, true); }

void mt_end_worker_sleep(void) {
    // ORDERING: sequentially consistent, as in `sleep_with_worker`: if it misses that the worker has woken, then the
    // worker sees that it sleeps.
    atomic_store(&worker_sleeps, false);
    uint32_t state = sleeping;
    if (atomic_load(&first_thread) != sleeping) return;
    if (atomic_compare_exchange_strong(&first_thread, &state, looking)) wake_first_thread();
}

// Whether there is no other thread that might use Dispatch while the worker sleeps.
static bool is_alone_with_worker(void) {
    struct stat threads;
    // A directory for each thread has a link here, besides the two that every directory has.
    return stat("/proc/self/task", &threads) == 0 && threads.st_nlink == 2 + 2;
}

// Sleeps until the worker wakes. It returns at once if the worker is awake, or there are other threads.
static void sleep_with_worker(void) {
    uint32_t state = looking;
    if (!atomic_compare_exchange_strong(&first_thread, &state, sleeping)) return;
    if (atomic_load(&worker_sleeps) && is_alone_with_worker())
        mt_futex_wait((const void *)&first_thread, sleeping, -1);
    state = sleeping;
    atomic_compare_exchange_strong(&first_thread, &state, looking);
}

static void wait_for_dispatch(const uint64_t *activity) {
    int64_t pause = shortest_pause;
    int looks = 0;
    while (!mt_dispatch_was_used()) {
        // A task that sleeps uses nothing. Where several threads do, this is a guess, which costs no more than time.
        bool is_active = __atomic_load_n(activity, __ATOMIC_RELAXED) != 0 && !atomic_load(&worker_sleeps);
        pause = is_active ? shortest_pause : pause < longest_pause ? pause * 2 : longest_pause;
        looks = pause < longest_pause ? 0 : looks + 1;
        if (looks > looks_before_sleep) {
            looks = 0;
            sleep_with_worker();
            // The worker may be about to use Dispatch.
            pause = shortest_pause;
        }
        if (atomic_load(&first_thread) == expected) return;
        mt_futex_wait((const void *)&first_thread, looking, pause);
    }
}

_Noreturn void mt_serve_main_queue(const uint64_t *activity) {
    block_signals(true);
    if (!main_queue.handle || !main_queue.run || !main_queue.adopt) mt_park_thread();
    wait_for_dispatch(activity);
    struct pollfd queue = {.fd = main_queue.handle(), .events = POLLIN};
    while (true) {
        // Somebody may have closed it, as some programs close all descriptors they do not know.
        int timeout = queue.revents & POLLNVAL ? 10 : -1;
        if (timeout > 0) poll(NULL, 0, timeout);
        if (mt_poll(&queue, 1, timeout) < 0) continue;
        uint64_t count;
        ssize_t result = read(queue.fd, &count, sizeof count);
        (void)result;
        // What runs here may start processes, which inherit what is blocked.
        block_signals(false);
        main_queue.run(NULL);
        block_signals(true);
    }
}

// MARK: Forking

// Whether a word is half of an address. Many have the same upper half, which may be somebody's id, too: 0x7f12, 0x55d3.
static bool is_in_address(const uint32_t *word, uintptr_t start, uintptr_t end) {
    uintptr_t place = (uintptr_t)word & ~(uintptr_t)7;
    return place >= start && place + 8 <= end && mt_is_mapped(*(const uintptr_t *)place);
}

static int forget_in_image(struct dl_phdr_info *image, size_t size, void *argument) {
    (void)size;
    uint32_t own = (uint32_t) * (const pid_t *)argument;
    if (!image->dlpi_tls_data) return 0;
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type != PT_TLS) continue;
        // Those that begin as zero: an id that is kept is not known before.
        uintptr_t start = (uintptr_t)image->dlpi_tls_data;
        uintptr_t end = start + segment->p_memsz;
        uint32_t *word = (uint32_t *)((start + segment->p_filesz + 3) & ~(uintptr_t)3);
        for (; (uintptr_t)(word + 1) <= end; word++)
            if (*word == own && !is_in_address(word, start, end)) *word = 0;
    }
    return 0;
}

void mt_forget_thread(pid_t thread) { dl_iterate_phdr(forget_in_image, &thread); }

pid_t mt_fork_afresh(void) {
    // Before it: some of them may be asked for, and known, in the child at once.
    mt_forget_thread((pid_t)syscall(SYS_gettid));
    return mt_fork();
}
