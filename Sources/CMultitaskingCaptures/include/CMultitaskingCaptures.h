/// What reading and rebuilding the contexts of Swift's closures needs of C.
///
/// The Swift runtime's entry points are declared here, with the conventions by which Swift itself calls them: declared
/// in Swift by `@_silgen_name`, some of them make the optimizer emit invalid code.

#ifndef C_MULTITASKING_CAPTURES_H
#define C_MULTITASKING_CAPTURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// --- The Swift runtime ---------------------------------------------------------------------------------------------

/// Allocates a Swift object with a reference count of one; what follows its header is not initialized.
void *mc_allocate_object(const void *metadata, size_t size, size_t alignment_mask);

/// Frees an object whose contents were never initialized, or were destroyed again.
void mc_free_uninitialized_object(void *object, size_t size, size_t alignment_mask);

/// The witness table of a type's conformance to a protocol; null if it does not conform.
const void *mc_conformance(const void *type, const void *protocol);

/// Calls the access function of a type that is not generic.
const void *mc_type_by_access_function(const void *function);

/// The type of a mangled name that mentions generic parameters, whose values are `arguments`; null if there is none.
const void *mc_type_in_environment(
    const uint8_t *name, size_t length, const void *environment, const void *const *arguments);

/// Which case an enum has, by its number: first those with a payload. Garbage for bytes that are no value of the type.
uint32_t mc_enum_case(const void *value, const void *type);

/// Makes an enum's value, which must have a payload, the value of its payload.
void mc_project_payload(void *value, const void *type);

/// A readable form of a mangled name, to be freed by `free`; null if it is none.
char *mc_demangle(const char *mangled, size_t length);

// --- The process ---------------------------------------------------------------------------------------------------

/// A loaded part of an executable or library.
struct mc_segment {
    /// As the loader knows it; empty for the program itself.
    const char *image;
    /// What addresses inside of the image are relative to.
    uintptr_t base;
    uintptr_t start, end;
    /// Where the part ends that comes from the file.
    uintptr_t file_end;
    bool is_executable;
    /// The image's build id; of length 0 if it has none.
    const uint8_t *build_id;
    size_t build_id_length;
};

/// Calls `visit` for each segment of each image.
void mc_visit_segments(void (*visit)(const struct mc_segment *segment, void *argument), void *argument);

/// How many times images were loaded and unloaded: as long as it is the same, so are the segments.
uint64_t mc_image_changes(void);

/// Whether a word, used as an address, would lead to memory of this process.
bool mc_is_mapped(uintptr_t word);

/// How many bytes the C library has for an allocation.
size_t mc_allocated_size(void *allocation);

#endif
