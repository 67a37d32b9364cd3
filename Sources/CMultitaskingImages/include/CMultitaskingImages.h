// The executable and the libraries that this process consists of: where code lies in them, and which build they are.

#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The image (executable or shared library) that contains `address`: its load address, and its path ("" for the
// executable). False if there is none.
bool mt_image_containing(const void *address, uintptr_t *base, char *path, size_t path_capacity);

// The load address of the image with this path, or UINTPTR_MAX if it is not loaded.
uintptr_t mt_image_base(const char *path);

// The path of a loaded image whose file has this name; false if there is none.
bool mt_image_named(const char *file_name, char *path, size_t path_capacity);

// Whether a number is the address of something that is mapped in this process.
bool mt_is_mapped(uintptr_t word);

// What tells the build of a loaded image from others: the linker's build id, or the hash of its file if it was linked
// without one. How many bytes it has, at most `capacity`; 0 if the image is not loaded or cannot be read.
size_t mt_image_build(const char *path, uint8_t *bytes, size_t capacity);

struct dl_phdr_info;

// The linker's build id, among the notes of a loaded image, and how many bytes it has; NULL if there is none.
const uint8_t *mt_build_id(const struct dl_phdr_info *image, size_t *count);
