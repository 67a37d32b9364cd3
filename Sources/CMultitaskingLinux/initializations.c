// Whether something is being initialized once on the calling thread's stack.

#include "CMultitaskingLinux.h"

#include <CMultitaskingImages.h>
#include <pthread.h>
#include <string.h>
#include <unwind.h>

// Swift's runtime. The predicate is a word that begins as zero.
extern void swift_once(intptr_t *predicate, void (*function)(void *), void *context);

// The functions that call an initializer. They have names in some libraries and none in others, so they are found by
// having them call something: they are what is next on the stack then.
static struct {
    uintptr_t swift;
    uintptr_t posix;
} machinery;

struct caller_search {
    uintptr_t own;
    uintptr_t caller;
};

static _Unwind_Reason_Code find_caller(struct _Unwind_Context *frame, void *argument) {
    struct caller_search *search = argument;
    uintptr_t function = (uintptr_t)_Unwind_GetRegionStart(frame);
    if (search->own == 0) search->own = function;
    if (function == search->own) return _URC_NO_REASON;
    search->caller = function;
    return _URC_END_OF_STACK;
}

__attribute__((noinline)) static void note_swift(void *context) {
    (void)context;
    struct caller_search search = {0};
    _Unwind_Backtrace(find_caller, &search);
    machinery.swift = search.caller;
}

__attribute__((noinline)) static void note_posix(void) {
    struct caller_search search = {0};
    _Unwind_Backtrace(find_caller, &search);
    machinery.posix = search.caller;
}

static pthread_mutex_t search_lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_searched;

static void find_machinery(void) {
    pthread_mutex_lock(&search_lock);
    if (!is_searched) {
        static intptr_t predicate;
        static pthread_once_t control = PTHREAD_ONCE_INIT;
        swift_once(&predicate, note_swift, NULL);
        pthread_once(&control, note_posix);
        is_searched = true;
    }
    pthread_mutex_unlock(&search_lock);
}

struct walk {
    uintptr_t callee;
    uint64_t *initializers;
    int capacity;
    int count;
    bool is_under_way;
};

// The same in every process of a program, wherever its images are loaded.
static uint64_t number_of(uintptr_t function) {
    uintptr_t base = 0;
    char path[4096];
    if (!mt_image_containing((const void *)function, &base, path, sizeof path)) return function;
    // FNV-1a.
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (const char *byte = path; *byte; byte++) hash = (hash ^ (uint8_t)*byte) * UINT64_C(0x100000001b3);
    return hash ^ (function - base);
}

static _Unwind_Reason_Code visit(struct _Unwind_Context *frame, void *argument) {
    struct walk *walk = argument;
    uintptr_t function = (uintptr_t)_Unwind_GetRegionStart(frame);
    if (function != 0 && (function == machinery.swift || function == machinery.posix)) {
        walk->is_under_way = true;
        // What `std::call_once` gives to `pthread_once` is the same for all that use it, and says nothing.
        if (function == machinery.swift && walk->count < walk->capacity)
            walk->initializers[walk->count++] = number_of(walk->callee);
    }
    walk->callee = function;
    return _URC_NO_REASON;
}

bool mt_initialization_is_under_way(uint64_t *initializers, int capacity, int *count) {
    find_machinery();
    struct walk walk = {.initializers = initializers, .capacity = capacity};
    _Unwind_Backtrace(visit, &walk);
    *count = walk.count;
    return walk.is_under_way;
}

// MARK: Nesting

static mt_nesting nesting;

mt_nesting mt_get_nesting(void) { return nesting; }

void mt_set_nesting(mt_nesting now) { nesting = now; }
