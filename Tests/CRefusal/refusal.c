#define _GNU_SOURCE
#include "CRefusal.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static long number_of(refusal_call call) {
    switch (call) {
    case refusal_pidfd_open: return SYS_pidfd_open;
    case refusal_pidfd_send_signal: return SYS_pidfd_send_signal;
    case refusal_memfd_create: return SYS_memfd_create;
#ifdef SYS_close_range
    case refusal_close_range: return SYS_close_range;
#else
    case refusal_close_range: return 436;
#endif
    case refusal_eventfd: return SYS_eventfd2;
    }
    return -1;
}

int refuse_call(refusal_call call, int error) {
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number_of(call), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned)error & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof filter / sizeof filter[0], .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return -errno;
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0 ? -errno : 0;
}

int become_user(uid_t user) {
    if (setgid(user) != 0 || setuid(user) != 0) return -errno;
    // A process that has changed its user may not look into its own /proc otherwise.
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) != 0 ? -errno : 0;
}

int split_pids(void) { return unshare(CLONE_NEWPID) != 0 ? -errno : 0; }

int limit_descriptors_of(pid_t process, uint64_t count) {
    struct rlimit limit = {.rlim_cur = count, .rlim_max = count};
    return prlimit(process, RLIMIT_NOFILE, &limit, NULL) != 0 ? -errno : 0;
}

// What is mounted from here on, nobody else sees.
static bool has_own_mounts(void) {
    return unshare(CLONE_NEWNS) == 0 && mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0;
}

int hide_proc(void) {
    if (!has_own_mounts()) return -errno;
    return umount2("/proc", MNT_DETACH) != 0 ? -errno : 0;
}

int hide_processes(uid_t user) {
    if (!has_own_mounts()) return -errno;
    if (mount("proc", "/proc", "proc", 0, "hidepid=2") != 0) return -errno;
    return setresgid(user, user, user) != 0 || setresuid(user, user, user) != 0 ? -errno : 0;
}

int empty_dev(void) {
    if (!has_own_mounts()) return -errno;
    return mount("none", "/dev", "tmpfs", 0, NULL) != 0 ? -errno : 0;
}
