#define _GNU_SOURCE
#include "CRemoteWorkers.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

// MARK: Frames

ssize_t mr_receive(int socket, void *bytes, size_t capacity, int *descriptors, int *descriptor_count) {
    union {
        char bytes[CMSG_SPACE(mr_descriptor_limit * sizeof(int))];
        struct cmsghdr header;
    } control;
    struct iovec part = {bytes, capacity};
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    *descriptor_count = 0;
    ssize_t count;
    do count = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    while (count < 0 && errno == EINTR);
    if (count < 0) return -errno;
    for (struct cmsghdr *each = CMSG_FIRSTHDR(&message); each; each = CMSG_NXTHDR(&message, each)) {
        if (each->cmsg_level != SOL_SOCKET || each->cmsg_type != SCM_RIGHTS) continue;
        size_t size = each->cmsg_len - CMSG_LEN(0);
        for (size_t i = 0; i < size / sizeof(int); i++) {
            int descriptor;
            memcpy(&descriptor, CMSG_DATA(each) + i * sizeof(int), sizeof descriptor);
            if (*descriptor_count < mr_descriptor_limit) descriptors[(*descriptor_count)++] = descriptor;
            else close(descriptor);
        }
    }
    // Descriptors were cut off: frames and descriptors do not belong together any more.
    return message.msg_flags & MSG_CTRUNC ? -EPROTO : count;
}

ssize_t mr_send(int socket, const void *bytes, size_t count, int descriptor, bool may_block) {
    union {
        char bytes[CMSG_SPACE(sizeof(int))];
        struct cmsghdr header;
    } control;
    struct iovec part = {(void *)bytes, count};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    if (descriptor >= 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = &control;
        message.msg_controllen = sizeof control.bytes;
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    ssize_t sent;
    do sent = sendmsg(socket, &message, MSG_NOSIGNAL | (may_block ? 0 : MSG_DONTWAIT));
    while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int mr_socket_pair(int *descriptors) {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors) != 0) return -errno;
    // As large as the system allows, which may be less.
    int size = 1 << 20;
    for (int i = 0; i < 2; i++) setsockopt(descriptors[i], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    return 0;
}

int mr_seal_against_shrinking(int memfd) { return fcntl(memfd, F_ADD_SEALS, F_SEAL_SHRINK) == 0 ? 0 : -errno; }

int64_t mr_sealed_size(int descriptor) {
    struct stat file;
    int seals = fcntl(descriptor, F_GET_SEALS);
    if (seals < 0 || !(seals & F_SEAL_SHRINK) || fstat(descriptor, &file) != 0) return -1;
    return file.st_size;
}

// MARK: The driver

pid_t mr_spawn(char *const *arguments, char *const *environment, int input, int log) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    // Interrupts from the terminal are for the program that starts it.
    posix_spawnattr_setpgroup(&attributes, 0);
    sigset_t none, defaults;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGPIPE);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&actions, input, 0);
    posix_spawn_file_actions_adddup2(&actions, log, 1);
    posix_spawn_file_actions_adddup2(&actions, log, 2);
    // What else the program has open, such as sockets it listens on, would stay open as long as the driver.
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    pid_t pid;
    int status = posix_spawnp(&pid, arguments[0], &actions, &attributes, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return status ? -status : pid;
}

static int remove_entry(const char *path, const struct stat *file, int kind, struct FTW *place) {
    (void)file;
    (void)kind;
    (void)place;
    remove(path);
    return 0;
}

int mr_remove_directory(const char *path) {
    return nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS) == 0 ? 0 : -errno;
}
