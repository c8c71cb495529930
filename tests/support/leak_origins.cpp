/// @file Linked into programs built with sanitizers: with it LeakSanitizer can tell whose the memory is that was lost.
#include <cstdarg>
#include <cstdio>
#include <cstdlib>

// NOLINTBEGIN: the names and types are those of the C library.
extern "C" {

/// Open MPI unloads its plugins in MPI_Finalize, after which nobody knows what was at an address in them. They stay.
int dlclose(void*) noexcept { return 0; }

/// The C library keeps no frame pointers, so that the caller of its own vasprintf is not found.
int vasprintf(char** text, const char* format, va_list arguments) noexcept {
  va_list again;
  va_copy(again, arguments);
  const int length = std::vsnprintf(nullptr, 0, format, again);
  va_end(again);
  if (length < 0) return length;
  *text = static_cast<char*>(std::malloc(static_cast<std::size_t>(length) + 1));
  return *text == nullptr ? -1 : std::vsnprintf(*text, static_cast<std::size_t>(length) + 1, format, arguments);
}

int asprintf(char** text, const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const int length = vasprintf(text, format, arguments);
  va_end(arguments);
  return length;
}

int __vasprintf_chk(char** text, int, const char* format, va_list arguments) noexcept {
  return vasprintf(text, format, arguments);
}

int __asprintf_chk(char** text, int, const char* format, ...) noexcept {
  va_list arguments;
  va_start(arguments, format);
  const int length = vasprintf(text, format, arguments);
  va_end(arguments);
  return length;
}

}  // extern "C"
// NOLINTEND
