#if defined(__linux__)

#define _GNU_SOURCE 1
#include "CMultitaskingCaptures.h"
#include "CMultitaskingImages.h"
#include <link.h>
#include <malloc.h>
#include <string.h>

#if __has_attribute(swiftcall)
#define SWIFT_CALL __attribute__((swiftcall))
#else
#error "this compiler does not know Swift's calling convention; build with the clang of a Swift toolchain"
#endif

// --- The Swift runtime ---------------------------------------------------------------------------------------------

extern void *swift_allocObject(const void *metadata, size_t size, size_t alignment_mask);
extern void swift_deallocUninitializedObject(void *object, size_t size, size_t alignment_mask);
extern const void *swift_conformsToProtocol(const void *type, const void *protocol);
extern SWIFT_CALL const void *swift_getTypeByMangledNameInEnvironment(
    const uint8_t *name, size_t length, const void *environment, const void *const *arguments);
extern char *swift_demangle(
    const char *mangled, size_t length, char *output, size_t *output_length, uint32_t flags);

/// What access functions return, in two registers.
struct metadata_response {
    const void *metadata;
    size_t state;
};
typedef SWIFT_CALL struct metadata_response (*access_function)(size_t request);

void *mc_allocate_object(const void *metadata, size_t size, size_t alignment_mask) {
    return swift_allocObject(metadata, size, alignment_mask);
}

void mc_free_uninitialized_object(void *object, size_t size, size_t alignment_mask) {
    swift_deallocUninitializedObject(object, size, alignment_mask);
}

const void *mc_conformance(const void *type, const void *protocol) {
    return swift_conformsToProtocol(type, protocol);
}

const void *mc_type_by_access_function(const void *function) {
    // A request of 0 blocks until the metadata is complete.
    return ((access_function)function)(0).metadata;
}

const void *mc_type_in_environment(
    const uint8_t *name, size_t length, const void *environment, const void *const *arguments) {
    return swift_getTypeByMangledNameInEnvironment(name, length, environment, arguments);
}

/// The functions of a type's value witness table that deal with enums.
struct enum_witnesses {
    void *others[8];
    size_t size, stride;
    uint32_t flags, extra_inhabitants;
    SWIFT_CALL uint32_t (*tag)(const void *value, const void *type);
    SWIFT_CALL void (*project)(void *value, const void *type);
};

static const struct enum_witnesses *witnesses(const void *type) {
    return ((const struct enum_witnesses *const *)type)[-1];
}

uint32_t mc_enum_case(const void *value, const void *type) { return witnesses(type)->tag(value, type); }

void mc_project_payload(void *value, const void *type) { witnesses(type)->project(value, type); }

char *mc_demangle(const char *mangled, size_t length) {
    return swift_demangle(mangled, length, NULL, NULL, 0);
}

// --- The process ---------------------------------------------------------------------------------------------------

struct visitor {
    void (*visit)(const struct mc_segment *segment, void *argument);
    void *argument;
};

static int visit_image(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)size;
    const struct visitor *visitor = argument;
    struct mc_segment segment = {.image = info->dlpi_name ? info->dlpi_name : "", .base = info->dlpi_addr};
    segment.build_id = mt_build_id(info, &segment.build_id_length);
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        if (header->p_type != PT_LOAD) continue;
        segment.start = info->dlpi_addr + header->p_vaddr;
        segment.end = segment.start + header->p_memsz;
        segment.file_end = segment.start + header->p_filesz;
        segment.is_executable = (header->p_flags & PF_X) != 0;
        visitor->visit(&segment, visitor->argument);
    }
    return 0;
}

void mc_visit_segments(void (*visit)(const struct mc_segment *segment, void *argument), void *argument) {
    struct visitor visitor = {visit, argument};
    dl_iterate_phdr(visit_image, &visitor);
}

static int count_changes(struct dl_phdr_info *info, size_t size, void *argument) {
    (void)size;
    *(uint64_t *)argument = info->dlpi_adds + info->dlpi_subs;
    // With each image the loader tells the same: the first is enough.
    return 1;
}

uint64_t mc_image_changes(void) {
    uint64_t count = 0;
    dl_iterate_phdr(count_changes, &count);
    return count;
}

bool mc_is_mapped(uintptr_t word) { return mt_is_mapped(word); }

size_t mc_allocated_size(void *allocation) { return malloc_usable_size(allocation); }

#endif
