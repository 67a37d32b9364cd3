// A program that does not link this package, and loads a library that does. Its argument is handed to the library.

#include <dlfcn.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
    printf("main ran\n");
    fflush(stdout);
    char path[4096] = {0};
    if (readlink("/proc/self/exe", path, sizeof path - 64) < 0) return 1;
    strcpy(strrchr(path, '/') + 1, "libmultitasking-test-plugin.so");
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        printf("%s\n", dlerror());
        return 1;
    }
    void (*run)(int) = (void (*)(int))dlsym(library, "plugin_run");
    if (!run) return 1;
    run(argc > 1 && strcmp(argv[1], "spawn") == 0);
    return 0;
}
