// The constructors of a program that never reaches its main.

#include "CMultitaskingLinux.h"

typedef void (*constructor)(int, char **, char **);

// Made by the linker in every executable; null in a shared library.
extern const constructor __init_array_start[] __attribute__((weak));
extern const constructor __init_array_end[] __attribute__((weak));

void mt_run_constructors_after(mt_constructor current, int argc, char **argv, char **environment) {
    if (!__init_array_start || !__init_array_end) return;
    const constructor *next = __init_array_start;
    while (next < __init_array_end && *next != current) next++;
    // The C library goes through the same list, and does not come back to it.
    while (next < __init_array_end && ++next < __init_array_end) (*next)(argc, argv, environment);
}
