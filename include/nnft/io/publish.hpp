#pragma once
/// @file How a finished file gets its name.

#include <string>

namespace nnft {

/// Forces `temporary` to disk, renames it to `path` in the same directory and forces that to disk: afterwards `path` is either
/// what it was or complete, whatever is switched off when. Not collective. @throws IoError that names the file.
void publish_file(const std::string& temporary, const std::string& path);

/// Makes a text file, complete whenever it exists. Not collective. @throws IoError that names the file.
void write_text_file(const std::string& path, const std::string& text);

}  // namespace nnft
