// A program that was started as a remote worker never comes to its main.
//
// The constructor runs in every program that links this package, with an environment that anybody may have made. So it
// becomes a worker only if the descriptors are what a wrapper makes, and never in a program that has more rights than
// the one that started it.

#define _GNU_SOURCE
#include "CRemoteWorkers.h"

#include <CMultitaskingLinux.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

// Swift's standard library: what CommandLine.arguments are made from, once they are asked for.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

static bool is_socket(int descriptor) {
    int type = 0;
    socklen_t size = sizeof type;
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

static bool is_page(int descriptor) {
    struct stat file;
    return fstat(descriptor, &file) == 0 && S_ISREG(file.st_mode) && file.st_size >= mr_page_size;
}

__attribute__((constructor)) static void become_remote_worker(int count, char **arguments, char **environment) {
    if (getauxval(AT_SECURE) != 0) return;
    const char *value = getenv(MR_WORKER_VARIABLE);
    if (!value) return;
    int version, link, page, parent;
    if (sscanf(value, "%d,%d,%d,%d", &version, &link, &page, &parent) != 4) return;
    // What this program starts is not meant.
    unsetenv(MR_WORKER_VARIABLE);
    if (version != mr_version) {
        fprintf(stderr, "the wrapper speaks version %d of the protocol, this program %d\n", version, mr_version);
        _exit(1);
    }
    if (!is_socket(link) || !is_page(page)) return;
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
