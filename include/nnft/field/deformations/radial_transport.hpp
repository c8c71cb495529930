#pragma once
/// @file What the deformation weight-quartic does to the length of the vector of all weights.

#include <array>
#include <cstdint>
#include <vector>

namespace nnft {

/// The monotone map ρ(r) of the length of D standard normals to one of density ∝ ρ^(D−1) exp(−ρ²/2 − bρ⁴), F_b(ρ(r)) = F_0(r):
/// the same bits on every processor. ρ/r is tabulated, as polynomials of degree 12 in r, to 1e-14 of itself wherever components
/// within 8.5 can lead and at least one of both tails is more than 1e-300; beyond, it is continued continuously and strictly
/// monotonically.
class RadialTransport {
 public:
  /// @param dimension D. @param quartic b = α s²/N².
  /// @throws UsageError unless D >= 1 and b is finite and not negative.
  RadialTransport(std::uint64_t dimension, double quartic);

  /// ρ/r at r² = square >= 0, 1 if b = 0.
  double factor(double square) const noexcept;

 private:
  using Piece = std::array<double, 13>;  ///< coefficients in the place −1 … 1 within a panel

  static double evaluate(const Piece& piece, double place) noexcept;
  double beyond(double square) const noexcept;

  double quartic_;
  double left_ = 0.0, right_ = 0.0, panels_per_length_ = 0.0;
  long double right_energy_ = 0.0L;  ///< ρ²/2 + bρ⁴ where the table ends
  std::vector<Piece> pieces_;        ///< none if b = 0
};

}  // namespace nnft
