#pragma once
/// @file Philox4x32-10, one counter at a time. Salmon, Moraes, Dror, Shaw, SC'11, §3.3 and table 2.

#include <array>
#include <cstdint>

namespace nnft {

using PhiloxCounter = std::array<std::uint32_t, 4>;
using PhiloxKey = std::array<std::uint32_t, 2>;

namespace philox {
inline constexpr int rounds = 10;
inline constexpr std::uint32_t multiplier_0 = 0xD2511F53u;
inline constexpr std::uint32_t multiplier_1 = 0xCD9E8D57u;
inline constexpr std::uint32_t weyl_0 = 0x9E3779B9u;
inline constexpr std::uint32_t weyl_1 = 0xBB67AE85u;
}  // namespace philox

/// The four random words of one counter: a keyed bijection of the counter.
constexpr PhiloxCounter philox4x32(PhiloxCounter counter, PhiloxKey key) {
  for (int round = 0; round < philox::rounds; ++round) {
    const std::uint64_t product_0 = std::uint64_t{philox::multiplier_0} * counter[0];
    const std::uint64_t product_1 = std::uint64_t{philox::multiplier_1} * counter[2];
    counter = {static_cast<std::uint32_t>(product_1 >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(product_1),
               static_cast<std::uint32_t>(product_0 >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(product_0)};
    key = {key[0] + philox::weyl_0, key[1] + philox::weyl_1};
  }
  return counter;
}

}  // namespace nnft
