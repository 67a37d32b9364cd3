// What remote workers need of the system that Swift cannot reach by itself.
//
// Every function returns what the system call returns, with the error as a negative errno.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// MARK: Frames

// The most descriptors that come with one part of a stream.
enum { mr_descriptor_limit = 8 };

// Reads what there is, at most `capacity` bytes, and the descriptors that came with it, which close on exec. Blocks.
// 0 at the end.
ssize_t mr_receive(int socket, void *bytes, size_t capacity, int *descriptors, int *descriptor_count);

// Writes what the socket takes of some bytes, with `descriptor` beside the first one unless it is negative. How many,
// -EAGAIN if it may not block and the socket takes none, or -errno.
ssize_t mr_send(int socket, const void *bytes, size_t count, int descriptor, bool may_block);

// Two connected sockets that close on exec, with large buffers. 0 or -errno.
int mr_socket_pair(int *descriptors);

// Seals a memfd against shrinking; it may still grow. 0 or -errno.
int mr_seal_against_shrinking(int memfd);

// Whether a descriptor is a memfd whose size cannot shrink: bytes, or -1.
int64_t mr_sealed_size(int descriptor);

// MARK: The driver

// Starts a program, found in PATH, in a process group of its own: `input` is its descriptor 0, `log` its standard
// output and error. The pid or -errno.
pid_t mr_spawn(char *const *arguments, char *const *environment, int input, int log);

// Removes a directory and all that is in it. 0 or -errno.
int mr_remove_directory(const char *path);

// MARK: The child

#define MR_WORKER_VARIABLE "MULTITASKING_REMOTE_WORKER"
enum { mr_version = 1, mr_page_size = 4096 };

// Defined in Swift: serves until the end of file on `socket`, and gives the exit code.
extern int32_t mr_worker_main(int32_t socket, int32_t page);
