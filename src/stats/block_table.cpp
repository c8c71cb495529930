#include "nnft/stats/block_table.hpp"

#include <numeric>

namespace nnft {

std::int64_t BlockTable::samples() const noexcept { return std::accumulate(counts.begin(), counts.end(), std::int64_t{0}); }

}  // namespace nnft
