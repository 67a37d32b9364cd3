#define _GNU_SOURCE
#include "crash.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

// The names of functions, from the symbol table of the file that an image was loaded from: most of a program's
// functions are not among those that the loader knows.

// Swift's runtime; a name that is not Swift's gives NULL.
extern char *swift_demangle(
    const char *mangled, size_t length, char *output, size_t *output_size, uint32_t flags);

// A file in memory, which may be damaged: everything in it is looked at through `part`.
struct file {
    const char *bytes;
    size_t size;
};

static const void *part(struct file file, uint64_t offset, uint64_t count, uint64_t size) {
    if (offset > file.size || offset % 8 != 0 || (size != 0 && count > (file.size - offset) / size)) return NULL;
    return file.bytes + offset;
}

struct symbol {
    const char *name;
    uint64_t start;
};

// Looks through one symbol table for the function that contains an address of the image.
static bool look_through(
    struct file file, const ElfW(Shdr) *table, const ElfW(Shdr) *names, uint64_t address, struct symbol *found
) {
    uint64_t count = table->sh_size / sizeof(ElfW(Sym));
    const ElfW(Sym) *symbols = part(file, table->sh_offset, count, sizeof(ElfW(Sym)));
    if (!symbols || names->sh_offset > file.size || names->sh_size > file.size - names->sh_offset) return false;
    const ElfW(Sym) *best = NULL;
    for (uint64_t i = 0; i < count; i++) {
        const ElfW(Sym) *symbol = &symbols[i];
        int type = symbol->st_info & 0xf;
        if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol->st_shndx == SHN_UNDEF) continue;
        if (symbol->st_value > address || address - symbol->st_value >= symbol->st_size) continue;
        if (!best || symbol->st_value > best->st_value) best = symbol;
    }
    if (!best || best->st_name >= names->sh_size) return false;
    const char *name = file.bytes + names->sh_offset + best->st_name;
    if (!memchr(name, 0, names->sh_size - best->st_name)) return false;
    *found = (struct symbol){.name = name, .start = best->st_value};
    return true;
}

static bool find_function(struct file file, uint64_t address, struct symbol *found) {
    const ElfW(Ehdr) *header = part(file, 0, 1, sizeof(ElfW(Ehdr)));
    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_shentsize != sizeof(ElfW(Shdr)))
        return false;
    const ElfW(Shdr) *sections = part(file, header->e_shoff, header->e_shnum, sizeof(ElfW(Shdr)));
    if (!sections) return false;
    // A stripped image has only the second kind.
    const uint32_t kinds[] = {SHT_SYMTAB, SHT_DYNSYM};
    for (int kind = 0; kind < 2; kind++)
        for (int i = 0; i < header->e_shnum; i++) {
            if (sections[i].sh_type != kinds[kind] || sections[i].sh_link >= header->e_shnum) continue;
            if (look_through(file, &sections[i], &sections[sections[i].sh_link], address, found)) return true;
        }
    return false;
}

char *mt_function_name(const char *path, uint64_t offset, uint64_t *distance) {
    // A faulty process may have named anything: a pipe or a terminal must not be waited for.
    int descriptor = open(*path ? path : "/proc/self/exe", O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) return NULL;
    struct stat status;
    void *bytes = MAP_FAILED;
    if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    close(descriptor);
    if (bytes == MAP_FAILED) return NULL;
    struct symbol found;
    char *name = NULL;
    if (find_function((struct file){bytes, (size_t)status.st_size}, offset, &found)) {
        *distance = offset - found.start;
        name = swift_demangle(found.name, strlen(found.name), NULL, NULL, 0);
        if (!name) name = strdup(found.name);
    }
    munmap(bytes, (size_t)status.st_size);
    return name;
}
