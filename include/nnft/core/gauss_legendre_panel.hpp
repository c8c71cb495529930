#pragma once
/// @file Gauss and Legendre's rule of 16 points in long double, for tables whose numbers enter samples.

#include <array>

namespace nnft {

/// ∫_a^b f, exact for polynomials of degree 31.
template <class Function>
long double gauss_legendre_panel(const Function& f, long double a, long double b) {
  constexpr std::array<long double, 8> node = {0.0950125098376374402L, 0.281603550779258913L, 0.458016777657227386L,
                                               0.617876244402643748L,  0.755404408355003034L, 0.865631202387831744L,
                                               0.944575023073232576L,  0.98940093499164993L};
  constexpr std::array<long double, 8> weight = {0.189450610455068496L,  0.182603415044923589L, 0.169156519395002538L,
                                                 0.149595988816576732L,  0.124628971255533872L, 0.0951585116824927848L,
                                                 0.0622535239386478929L, 0.0271524594117540949L};
  const long double middle = 0.5L * (a + b), half = 0.5L * (b - a);
  long double panel = 0.0L;
  for (std::size_t k = 0; k < node.size(); ++k) panel += weight[k] * (f(middle - half * node[k]) + f(middle + half * node[k]));
  return half * panel;
}

}  // namespace nnft
