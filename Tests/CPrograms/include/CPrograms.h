// What tests need to start programs in unusual ways, and Swift cannot reach.

#pragma once

#include <sys/types.h>

// Starts a program in `directory` (NULL: this one) with standard output and error going to `out`, with `count`
// descriptors under the numbers from 3 on, and no others. The process id, or -errno.
pid_t program_start(
    const char *path, char *const *arguments, char *const *environment, const char *directory, const int *descriptors,
    int count, int out);

// Gives a program the right to use low port numbers, whoever runs it. 0 or -errno.
int program_set_capability(const char *path);
