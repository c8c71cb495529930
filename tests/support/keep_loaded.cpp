// Open MPI unloads its plugins in MPI_Finalize, after which a sanitizer cannot tell whose the memory is that they have lost.
// Linked into programs built with sanitizers, it keeps them loaded.
extern "C" int dlclose(void*) noexcept { return 0; }
