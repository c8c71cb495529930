#pragma once
/// @file What a rank has written, so that it can look whether it is there.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nnft/io/result_file.hpp"

namespace nnft {

/// The hyperslabs that one rank has written into a file, each with a checksum of its values.
///
/// MPI-IO may report success for a write of which a part is missing (OMPIO 4.1 does so when the system writes less than it was
/// asked to, as on a full disk), and the checksums in the file do not tell, because a chunk that was never written has its fill
/// values.
class WrittenValues {
 public:
  void add(const std::string& variable, std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count,
           std::span<const double> values);
  void add(const std::string& variable, std::span<const std::uint64_t> offset, std::span<const std::uint64_t> count,
           std::span<const std::int64_t> values);
  /// Reads all of it again, a few MiB at a time. Not collective. @throws IoError that names the file and the variable.
  void require_in(const std::string& path) const;

 private:
  struct Written {
    std::string variable;
    bool real;
    std::vector<std::uint64_t> offset;
    std::vector<std::uint64_t> count;
    std::uint64_t checksum;
  };
  static std::uint64_t checksum_in(const ResultReader& file, const Written& hyperslab);

  std::vector<Written> hyperslabs_;
};

}  // namespace nnft
