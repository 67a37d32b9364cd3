// What makes the system refuse this process something, for real.

#pragma once

#include <stdint.h>
#include <sys/types.h>

// The calls that can be refused.
typedef enum {
    refusal_pidfd_open,
    refusal_pidfd_send_signal,
    refusal_memfd_create,
    refusal_close_range,
    refusal_eventfd,
} refusal_call;

// Has the kernel refuse a call to this process, and to those it starts, with an error number. 0 or -errno.
int refuse_call(refusal_call call, int error);

// Makes this process another user's, who has no other processes, so that limits of root's do not bind it, nor root's
// exemptions. 0 or -errno.
int become_user(uid_t user);

// Takes /proc away from this process and those it starts. 0 or -errno.
int hide_proc(void);

// Makes this process one of another user's, like a daemon that gives up its privileges, where /proc shows only what may
// be looked into. 0 or -errno.
int hide_processes(uid_t user);

// Takes all devices (/dev) away from this process and those it starts. 0 or -errno.
int empty_dev(void);

// Puts the next child of this process into a PID namespace of its own, to which /proc does not belong. 0 or -errno.
int split_pids(void);

// Sets how many descriptors a process may have. 0 or -errno.
int limit_descriptors_of(pid_t process, uint64_t count);
