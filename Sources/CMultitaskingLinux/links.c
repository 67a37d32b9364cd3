// The links of this process to its supervisors, and their closing in processes that it forks.

#define _GNU_SOURCE
#include "CMultitaskingLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

struct entry {
    uint64_t id;
    int descriptor;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct entry *entries;
static size_t count, capacity;
static uint64_t last_id;
static bool watches_forks;

static void before_fork(void) { pthread_mutex_lock(&lock); }

static void after_fork(void) { pthread_mutex_unlock(&lock); }

// A copy of the client that lives on must not be taken for it.
static void in_child(void) {
    for (size_t i = 0; i < count; i++) close(entries[i].descriptor);
    count = 0;
    pthread_mutex_unlock(&lock);
}

// Room for one more entry; to be called under the lock.
static int reserve(void) {
    if (!watches_forks) {
        int error = pthread_atfork(before_fork, after_fork, in_child);
        if (error) return -error;
        watches_forks = true;
    }
    if (count < capacity) return 0;
    size_t larger = capacity ? 2 * capacity : 8;
    struct entry *moved = realloc(entries, larger * sizeof *moved);
    if (!moved) return -ENOMEM;
    entries = moved;
    capacity = larger;
    return 0;
}

int mt_above_standard(int descriptor) {
    if (descriptor < 0 || descriptor > STDERR_FILENO) return descriptor;
    int moved = fcntl(descriptor, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    // So it says that no number above the standard ones is allowed.
    int error = errno == EINVAL ? EMFILE : errno;
    close(descriptor);
    errno = error;
    return moved;
}

int mt_link_open(mt_link *link) {
    // The child of a fork in another thread must find both ends noted, or none made.
    pthread_mutex_lock(&lock);
    int result = reserve();
    int ends[2];
    if (result == 0 && socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) result = -errno;
    if (result == 0) {
        for (int i = 0; i < 2; i++)
            if ((ends[i] = mt_above_standard(ends[i])) < 0) result = -errno;
        if (result == 0) {
            *link = (mt_link){.id = ++last_id, .client = ends[0], .supervisor = ends[1]};
            entries[count++] = (struct entry){.id = link->id, .descriptor = link->client};
        } else {
            for (int i = 0; i < 2; i++)
                if (ends[i] >= 0) close(ends[i]);
        }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

void mt_link_close(uint64_t id) {
    pthread_mutex_lock(&lock);
    for (size_t i = 0; i < count; i++) {
        if (entries[i].id != id) continue;
        close(entries[i].descriptor);
        entries[i] = entries[--count];
        break;
    }
    pthread_mutex_unlock(&lock);
}
