#define _GNU_SOURCE
#include "CMultitaskingImages.h"

#if defined(__linux__)

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct search {
    // All but one are NULL.
    const void *address;
    const char *path;
    const char *file_name;
    char *found_path;
    size_t path_capacity;
    // How many images were looked at.
    int count;
    struct dl_phdr_info found;
    bool is_found;
};

static bool contains(const struct dl_phdr_info *info, const void *address) {
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + header->p_vaddr;
        if (header->p_type == PT_LOAD && (uintptr_t)address - start < header->p_memsz) return true;
    }
    return false;
}

static int match(struct dl_phdr_info *info, size_t size, void *context) {
    (void)size;
    struct search *search = context;
    // The first one is the program, which some C libraries call by its path.
    const char *path = search->count++ == 0 || !info->dlpi_name ? "" : info->dlpi_name;
    if (search->address) {
        if (!contains(info, search->address)) return 0;
        if (strlen(path) >= search->path_capacity) return 1;
        strcpy(search->found_path, path);
    } else if (search->path) {
        if (strcmp(path, search->path) != 0) return 0;
    } else {
        const char *slash = strrchr(path, '/');
        if (!*path || strcmp(slash ? slash + 1 : path, search->file_name) != 0) return 0;
        if (strlen(path) >= search->path_capacity) return 0;
        strcpy(search->found_path, path);
    }
    search->found = *info;
    search->is_found = true;
    return 1;
}

bool mt_image_containing(const void *address, uintptr_t *base, char *path, size_t path_capacity) {
    struct search search = {.address = address, .found_path = path, .path_capacity = path_capacity};
    dl_iterate_phdr(match, &search);
    *base = search.found.dlpi_addr;
    return search.is_found;
}

uintptr_t mt_image_base(const char *path) {
    struct search search = {.path = path};
    dl_iterate_phdr(match, &search);
    return search.is_found ? search.found.dlpi_addr : UINTPTR_MAX;
}

bool mt_image_named(const char *file_name, char *path, size_t path_capacity) {
    struct search search = {.file_name = file_name, .found_path = path, .path_capacity = path_capacity};
    dl_iterate_phdr(match, &search);
    return search.is_found;
}

bool mt_is_mapped(uintptr_t word) {
    // The first pages are never mapped, and no user's address has more bits (more on request only).
#ifdef __aarch64__
    enum { address_bits = 48 };
#else
    enum { address_bits = 47 };
#endif
    if (word <= 0xffff || word >> address_bits != 0) return false;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    unsigned char resident;
    // ENOMEM says that nothing is mapped there. Whatever else goes wrong, it might be.
    return mincore((void *)(word & ~(page - 1)), 1, &resident) == 0 || errno != ENOMEM;
}

// MARK: Builds

const uint8_t *mt_build_id(const struct dl_phdr_info *image, size_t *count) {
    for (int i = 0; i < image->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &image->dlpi_phdr[i];
        if (header->p_type != PT_NOTE) continue;
        const uint8_t *at = (const uint8_t *)(image->dlpi_addr + header->p_vaddr);
        const uint8_t *end = at + header->p_memsz;
        while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
            const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)at;
            size_t name_size = ((size_t)note->n_namesz + 3) & ~(size_t)3;
            size_t size = ((size_t)note->n_descsz + 3) & ~(size_t)3;
            const uint8_t *name = at + sizeof *note;
            if (name_size > (size_t)(end - name) || size > (size_t)(end - name) - name_size) break;
            if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
                *count = note->n_descsz;
                return name + name_size;
            }
            at = name + name_size + size;
        }
    }
    return NULL;
}

static size_t copy_build_id(const struct dl_phdr_info *image, uint8_t *bytes, size_t capacity) {
    size_t count = 0;
    const uint8_t *id = mt_build_id(image, &count);
    if (!id) return 0;
    if (count > capacity) count = capacity;
    memcpy(bytes, id, count);
    return count;
}

static size_t hash_file(const char *path, uint8_t *bytes, size_t capacity) {
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    if (capacity < sizeof hash) return 0;
    int descriptor = open(*path ? path : "/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return 0;
    struct stat file;
    bool is_read = fstat(descriptor, &file) == 0 && file.st_size > 0;
    if (is_read) {
        const uint8_t *content = mmap(NULL, (size_t)file.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
        is_read = content != MAP_FAILED;
        if (is_read) {
            // FNV-1a.
            for (off_t i = 0; i < file.st_size; i++) hash = (hash ^ content[i]) * UINT64_C(0x100000001b3);
            munmap((void *)content, (size_t)file.st_size);
        }
    }
    close(descriptor);
    if (!is_read) return 0;
    memcpy(bytes, &hash, sizeof hash);
    return sizeof hash;
}

size_t mt_image_build(const char *path, uint8_t *bytes, size_t capacity) {
    struct search search = {.path = path};
    dl_iterate_phdr(match, &search);
    if (!search.is_found) return 0;
    size_t count = copy_build_id(&search.found, bytes, capacity);
    return count ? count : hash_file(path, bytes, capacity);
}

#else

bool mt_image_containing(const void *address, uintptr_t *base, char *path, size_t path_capacity) { return false; }
uintptr_t mt_image_base(const char *path) { return UINTPTR_MAX; }
bool mt_image_named(const char *file_name, char *path, size_t path_capacity) { return false; }
size_t mt_image_build(const char *path, uint8_t *bytes, size_t capacity) { return 0; }

#endif
