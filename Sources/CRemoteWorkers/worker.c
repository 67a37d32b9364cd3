// A program that was started as a remote worker never comes to its main.
//
// The constructor runs in every program that links this package, with an environment and descriptors that anybody may
// have made. What comes through the link is run, so this becomes a worker only if the process that has started it made
// the link, as the same user, and never in a program that has more rights than the one that started it.

#define _GNU_SOURCE
#include "CRemoteWorkers.h"

#include <CMultitaskingLinux.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

// Swift's standard library: what CommandLine.arguments are made from, once they are asked for.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

// Whether a descriptor is one of two connected sockets that a process made which runs as the user of this one.
static bool is_link(int descriptor, pid_t maker) {
    int type = 0;
    struct ucred owner;
    socklen_t type_size = sizeof type, owner_size = sizeof owner;
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &type_size) == 0 && type == SOCK_STREAM
        && getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &owner, &owner_size) == 0 && owner_size == sizeof owner
        && owner.uid == geteuid() && owner.pid == maker;
}

__attribute__((constructor)) static void become_remote_worker(int count, char **arguments, char **environment) {
    if (mt_is_privileged()) return;
    const char *value = getenv(MR_WORKER_VARIABLE);
    if (!value) return;
    int version, link, page, parent;
    if (sscanf(value, "%d,%d,%d,%d", &version, &link, &page, &parent) != 4) return;
    if (!is_link(link, parent) || mr_sealed_size(page) != mr_page_size) return;
    // What this program starts is not meant.
    unsetenv(MR_WORKER_VARIABLE);
    if (version != mr_version) {
        fprintf(stderr, "the wrapper speaks version %d of the protocol, this program %d\n", version, mr_version);
        _exit(1);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    fcntl(link, F_SETFD, FD_CLOEXEC);
    fcntl(page, F_SETFD, FD_CLOEXEC);
    if (count > 0 && arguments) _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
    // What it prints goes to a pipe, and is to be there line by line if it dies.
    setvbuf(stdout, NULL, _IOLBF, 0);
    mt_run_constructors_after(become_remote_worker, count, arguments, environment);
    _exit(mr_worker_main(link, page));
}
