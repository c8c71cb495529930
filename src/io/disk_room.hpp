#pragma once
/// @file Whether a file will fit, asked before anything is written.

#include <cstdint>
#include <string>

namespace nnft {

/// Takes `bytes` of disk for the file `path`, which is created or replaced by an empty one, and gives them back: full disks and
/// quotas are noticed here, by one rank, and not by some ranks in the middle of a collective write. Not collective.
/// @throws IoError that names the file; it is removed then.
void check_room(const std::string& path, std::uint64_t bytes);

}  // namespace nnft
