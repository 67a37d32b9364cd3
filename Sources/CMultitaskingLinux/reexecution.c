// Executing this program anew as a supervisor, and the checks of the program that is to become one.
//
// A constructor runs in every program that links this package, before its main, with an environment and descriptors
// that its starter has chosen. So it becomes a supervisor only if its parent is this same program, run by the
// same user, and has made everything for this one child; and never in a program that has more rights than the user that
// started it.

#define _GNU_SOURCE
#include "CMultitaskingLinux.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

extern char **environ;

// Swift's standard library: what CommandLine.arguments are made from, once they are asked for.
extern void _swift_stdlib_overrideUnsafeArgvArgc(char **arguments, int count);

enum { secret_digits = 2 * sizeof(((mt_bootstrap *)0)->secret) };

// A program that does not become a supervisor runs its main, which may make a pool, and so on without an end. So each
// is told how many there were before.
static const char failures_variable[] = "SWIFT_MULTITASKING_FAILED_STARTS";
enum { most_failed_starts = 3 };

static void write_digits(const uint8_t *secret, char *digits) {
    for (size_t i = 0; i < secret_digits / 2; i++) snprintf(digits + 2 * i, 3, "%02x", secret[i]);
}

// MARK: The build

struct build {
    const void *code;
    uint64_t hash;
};

static void hash_bytes(uint64_t *hash, const void *bytes, size_t count) {
    // FNV-1a.
    for (size_t i = 0; i < count; i++) *hash = (*hash ^ ((const uint8_t *)bytes)[i]) * UINT64_C(0x100000001b3);
}

static bool contains(const struct dl_phdr_info *image, const void *code) {
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (uintptr_t)code - image->dlpi_addr - segment->p_vaddr < segment->p_memsz)
            return true;
    }
    return false;
}

// Where the segments lie, and the notes, among which is the linker's build id.
static void hash_image(const struct dl_phdr_info *image, uint64_t *hash) {
    hash_bytes(hash, image->dlpi_phdr, image->dlpi_phnum * sizeof *image->dlpi_phdr);
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &image->dlpi_phdr[i];
        if (segment->p_type == PT_NOTE)
            hash_bytes(hash, (const void *)(image->dlpi_addr + segment->p_vaddr), segment->p_memsz);
    }
}

static int hash_if_ours(struct dl_phdr_info *image, size_t size, void *context) {
    (void)size;
    struct build *build = context;
    // The program comes first and has no name.
    bool is_program = !image->dlpi_name || !image->dlpi_name[0];
    if (is_program || contains(image, build->code)) hash_image(image, &build->hash);
    return 0;
}

uint64_t mt_build_number(void) {
    struct build build = {.code = (const void *)mt_build_number, .hash = UINT64_C(0xcbf29ce484222325)};
    dl_iterate_phdr(hash_if_ours, &build);
    return build.hash;
}

// MARK: Obstacles

bool mt_is_privileged(void) {
    return getauxval(AT_SECURE) != 0 || getuid() != geteuid() || getgid() != getegid();
}

struct dynamic {
    const char *strings;
    const ElfW(Dyn) *entries;
};

static struct dynamic dynamic_of(const struct link_map *image) {
    struct dynamic result = {.entries = image->l_ld};
    for (const ElfW(Dyn) *entry = image->l_ld; entry && entry->d_tag != DT_NULL; entry++) {
        if (entry->d_tag != DT_STRTAB) continue;
        // The loader has added the load address where it may write to this table.
        uintptr_t address = (uintptr_t)entry->d_un.d_ptr;
        result.strings = (const char *)(address < image->l_addr ? address + image->l_addr : address);
    }
    return result;
}

static bool is_called(const struct link_map *image, const char *name) {
    const char *path = image->l_name ? image->l_name : "";
    const char *slash = strrchr(path, '/');
    if (strcmp(path, name) == 0 || (slash && strcmp(slash + 1, name) == 0)) return true;
    struct dynamic dynamic = dynamic_of(image);
    if (!dynamic.strings) return false;
    for (const ElfW(Dyn) *entry = dynamic.entries; entry->d_tag != DT_NULL; entry++)
        if (entry->d_tag == DT_SONAME) return strcmp(dynamic.strings + entry->d_un.d_val, name) == 0;
    return false;
}

enum { image_limit = 1024 };

// Whether the loader loads an image with the program, because it needs it, or something it needs does.
static bool is_needed(const struct link_map *sought) {
    const struct link_map *first = sought;
    while (first->l_prev) first = first->l_prev;
    const struct link_map *needed[image_limit];
    int count = 0;
    needed[count++] = first;
    for (int next = 0; next < count; next++) {
        if (needed[next] == sought) return true;
        struct dynamic dynamic = dynamic_of(needed[next]);
        if (!dynamic.strings) continue;
        for (const ElfW(Dyn) *entry = dynamic.entries; entry->d_tag != DT_NULL; entry++) {
            if (entry->d_tag != DT_NEEDED) continue;
            for (const struct link_map *image = first; image && count < image_limit; image = image->l_next) {
                if (!is_called(image, dynamic.strings + entry->d_un.d_val)) continue;
                bool is_known = false;
                for (int i = 0; i < count && !is_known; i++) is_known = needed[i] == image;
                if (!is_known) needed[count++] = image;
            }
        }
    }
    return false;
}

static bool is_loaded_late(void) {
    Dl_info info;
    struct link_map *image = NULL;
    if (!dladdr1((const void *)mt_spawn_obstacle, &info, (void **)&image, RTLD_DL_LINKMAP) || !image) return false;
    // Only the program has no name. What is preloaded nobody needs, and comes first all the same.
    if (!image->l_name || !image->l_name[0]) return false;
    if (getenv("LD_PRELOAD") || access("/etc/ld.so.preload", F_OK) == 0) return false;
    return !is_needed(image);
}

// How many programs in a row were started as supervisors and have not become one: this one, if it was, and those that
// have started it.
static int failed_starts(void) {
    const char *count = getenv(failures_variable);
    if (!count || !*count) return 0;
    return *count >= '0' && *count < '0' + most_failed_starts ? *count - '0' : most_failed_starts;
}

int mt_spawn_obstacle(void) {
    if (mt_is_privileged()) return mt_spawn_is_privileged;
    if (failed_starts() >= most_failed_starts) return mt_spawn_has_failed;
    // Images do not change places; a process that asks at the same time finds the same.
    static _Atomic int late = -1;
    if (late < 0) late = is_loaded_late();
    return late ? mt_spawn_is_loaded_late : mt_spawn_is_possible;
}

// MARK: The client

static int prepare(mt_bootstrap *bootstrap, int arena) {
    struct stat file;
    if (fstat(arena, &file) != 0) return -errno;
    if (getrandom(bootstrap->secret, sizeof bootstrap->secret, 0) != sizeof bootstrap->secret) return -errno;
    bootstrap->form = mt_bootstrap_form;
    bootstrap->build = mt_build_number();
    bootstrap->arena_device = file.st_dev;
    bootstrap->arena_inode = file.st_ino;
    bootstrap->arena_size = (uint64_t)file.st_size;
    return 0;
}

static bool is_of_same_name(const char *variable, const char *other) {
    return strncmp(variable, other, (size_t)(strchr(other, '=') - other) + 1) == 0;
}

// The environment with the secret and the count in place of any of their names.
static char **environment_with(const char *secret, const char *failures) {
    size_t count = 0;
    while (environ && environ[count]) count++;
    char **environment = malloc((count + 3) * sizeof(char *));
    if (!environment) return NULL;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!is_of_same_name(environ[i], secret) && !is_of_same_name(environ[i], failures))
            environment[kept++] = environ[i];
    environment[kept++] = (char *)secret;
    environment[kept++] = (char *)failures;
    environment[kept] = NULL;
    return environment;
}

static int find_loader(struct dl_phdr_info *program, size_t size, void *context) {
    (void)size;
    for (int i = 0; i < program->dlpi_phnum; i++)
        if (program->dlpi_phdr[i].p_type == PT_INTERP) *(bool *)context = getauxval(AT_BASE) == 0;
    // Only the first: the others are libraries.
    return 1;
}

// Whether the loader was executed and told to load this program, so that the system takes the loader for the program.
static bool is_run_by_loader(void) {
    bool result = false;
    dl_iterate_phdr(find_loader, &result);
    return result;
}

// What the system was told to execute, the loader's own arguments included: pointers into `*text`, which the caller
// frees. NULL on failure.
static char **read_command_line(char **text) {
    int descriptor = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return NULL;
    size_t size = 0, capacity = 4096;
    *text = malloc(capacity);
    ssize_t count = 0;
    while (*text && (count = read(descriptor, *text + size, capacity - 1 - size)) > 0) {
        size += (size_t)count;
        if (size < capacity - 1) continue;
        char *larger = realloc(*text, capacity *= 2);
        if (!larger) free(*text);
        *text = larger;
    }
    close(descriptor);
    if (!*text) return NULL;
    (*text)[size] = 0;
    size_t words = 0;
    for (size_t i = 0; i < size; i++) words += (*text)[i] == 0;
    char **result = calloc(words + 2, sizeof(char *));
    char *word = *text;
    for (size_t i = 0; result && i < words; i++, word += strlen(word) + 1) result[i] = word;
    return result;
}

pid_t mt_spawn_supervisor(
    mt_bootstrap *bootstrap, int arena, int doorbell, int client_pidfd, mt_link link, char *const *arguments,
    int count) {
    int error = prepare(bootstrap, arena);
    if (error) return error;
    if (send(link.client, bootstrap, sizeof *bootstrap, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) return -errno;
    char variable[sizeof MT_SUPERVISOR_VARIABLE + 1 + secret_digits] = MT_SUPERVISOR_VARIABLE "=";
    write_digits(bootstrap->secret, variable + strlen(variable));
    char failures[sizeof failures_variable + 3];
    snprintf(failures, sizeof failures, "%s=%d", failures_variable, failed_starts() + 1);
    char **environment = environment_with(variable, failures);
    char *text = NULL;
    char **words = is_run_by_loader() ? read_command_line(&text) : calloc((size_t)count + 1, sizeof(char *));
    if (!environment || !words) {
        free(environment);
        free(words);
        free(text);
        return -ENOMEM;
    }
    if (!text && count > 0) memcpy(words, arguments, (size_t)count * sizeof(char *));

    enum { descriptors = 4 };
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    // First to high numbers, so that no source is overwritten before it was copied.
    const int sources[descriptors] = {arena, doorbell, client_pidfd, link.supervisor};
    int high = mt_spawn_link_fd;
    for (int i = 0; i < descriptors; i++)
        if (sources[i] > high) high = sources[i];
    high++;
    for (int i = 0; i < descriptors && !error; i++)
        error = posix_spawn_file_actions_adddup2(&actions, sources[i], high + i);
    for (int i = 0; i < descriptors && !error; i++)
        error = posix_spawn_file_actions_adddup2(&actions, high + i, mt_spawn_arena_fd + i);
    // A number beyond the limit of open files is refused here already.
    if (error == EBADF) error = EMFILE;
    if (!error) error = posix_spawn_file_actions_addclosefrom_np(&actions, mt_spawn_link_fd + 1);

    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    pid_t pid = 0;
    if (!error) {
        sigset_t before;
        mt_hold_crashes(&before);
        // One that does not become a supervisor runs the program's `main` with what was blocked before.
        posix_spawnattr_setsigmask(&attributes, &before);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
        error = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes, words, environment);
        mt_let_crashes(&before);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    free(environment);
    free(words);
    free(text);
    return error ? -error : pid;
}

int mt_supervisor_proof(int link, char *text, size_t capacity) {
    ssize_t count;
    do {
        count = recv(link, text, capacity - 1, MSG_DONTWAIT);
    } while (count < 0 && errno == EINTR);
    if (count <= 0) return 0;
    text[count] = 0;
    return text[0] ? -1 : 1;
}

// MARK: The supervisor

void mt_prove_supervisor(int link, const char *obstacle) {
    const char *text = obstacle && obstacle[0] ? obstacle : "";
    // One zero byte, or a text.
    send(link, text, obstacle ? strlen(text) : 1, MSG_DONTWAIT | MSG_NOSIGNAL);
}

// Reads what is in the link, and leaves it there: it may be somebody else's socket.
static bool peek(mt_bootstrap *bootstrap, pid_t *client) {
    struct ucred owner;
    socklen_t size = sizeof owner;
    if (getsockopt(mt_spawn_link_fd, SOL_SOCKET, SO_PEERCRED, &owner, &size) != 0 || size != sizeof owner) return false;
    if (owner.uid != geteuid()) return false;
    *client = owner.pid;
    ssize_t count = recv(mt_spawn_link_fd, bootstrap, sizeof *bootstrap, MSG_PEEK | MSG_TRUNC | MSG_DONTWAIT);
    return count == sizeof *bootstrap;
}

static bool is_arena(const mt_bootstrap *bootstrap) {
    struct stat file;
    if (fstat(mt_spawn_arena_fd, &file) != 0 || !S_ISREG(file.st_mode)) return false;
    int seals = fcntl(mt_spawn_arena_fd, F_GET_SEALS);
    return file.st_dev == bootstrap->arena_device && file.st_ino == bootstrap->arena_inode
        && (uint64_t)file.st_size == bootstrap->arena_size && seals >= 0 && (seals & mt_size_seals) == mt_size_seals;
}

// Whether another process runs the same file. One that has changed its user may not be looked at, and is believed.
static bool runs_same_program(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    struct stat own, other;
    if (stat(path, &other) != 0) return true;
    return stat("/proc/self/exe", &own) == 0 && own.st_dev == other.st_dev && own.st_ino == other.st_ino;
}

static bool client_is_gone(void) {
    struct pollfd descriptors[] = {{.fd = mt_spawn_client_fd, .events = POLLIN}, {.fd = mt_spawn_link_fd}};
    return mt_poll(descriptors, 2, 0) > 0
        && ((descriptors[0].revents & POLLIN) || (descriptors[1].revents & (POLLHUP | POLLERR)));
}

// Runs before main: a process that was re-executed as a supervisor never reaches the user's program.
__attribute__((constructor)) static void become_supervisor(int count, char **arguments, char **environment) {
    if (!mt_supervisor_main || mt_is_privileged()) return;
    const char *digits = getenv(MT_SUPERVISOR_VARIABLE);
    if (!digits || strlen(digits) != secret_digits) return;
    mt_bootstrap bootstrap;
    pid_t client;
    if (!peek(&bootstrap, &client) || bootstrap.form != mt_bootstrap_form) return;
    char expected[secret_digits + 1];
    write_digits(bootstrap.secret, expected);
    if (strcmp(digits, expected) != 0 || bootstrap.build != mt_build_number() || !is_arena(&bootstrap)) return;
    pid_t parent = getppid();
    if (client != parent || !runs_same_program(parent)) {
        // A client that has died meanwhile wants no supervisor, and no second run of its program either.
        if (client_is_gone()) _exit(1);
        return;
    }
    recv(mt_spawn_link_fd, &bootstrap, sizeof bootstrap, MSG_DONTWAIT);
    for (int fd = mt_spawn_arena_fd; fd <= mt_spawn_link_fd; fd++)
        if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) return;
    unsetenv(MT_SUPERVISOR_VARIABLE);
    unsetenv(failures_variable);
    // As main's code would: the system's notion of them differs where the loader was told to load this program.
    if (count > 0 && arguments) _swift_stdlib_overrideUnsafeArgvArgc(arguments, count);
    mt_run_constructors_after(become_supervisor, count, arguments, environment);
    _exit(mt_supervisor_main(&bootstrap));
}
