#define _GNU_SOURCE
#include "CPrograms.h"

#include <errno.h>
#include <linux/capability.h>
#include <spawn.h>
#include <string.h>
#include <sys/xattr.h>

pid_t program_start(
    const char *path, char *const *arguments, char *const *environment, const char *directory, const int *descriptors,
    int count, int out) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, out, 2);
    // First to numbers that no source has.
    enum { high = 200 };
    for (int i = 0; i < count; i++) posix_spawn_file_actions_adddup2(&actions, descriptors[i], high + i);
    for (int i = 0; i < count; i++) posix_spawn_file_actions_adddup2(&actions, high + i, 3 + i);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3 + count);
    if (directory) posix_spawn_file_actions_addchdir_np(&actions, directory);
    pid_t pid = 0;
    int error = posix_spawn(&pid, path, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    return error ? -error : pid;
}

int program_set_capability(const char *path) {
    struct vfs_cap_data data;
    memset(&data, 0, sizeof data);
    data.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE;
    data.data[0].permitted = 1u << CAP_NET_BIND_SERVICE;
    return setxattr(path, "security.capability", &data, sizeof data, 0) == 0 ? 0 : -errno;
}
