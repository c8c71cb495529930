#include "nnft/core/portable_math.hpp"

#include <cmath>

namespace nnft {

long double portable_log(long double x) {
  int exponent = 0;
  long double m = std::frexp(x, &exponent);  // [1/2, 1)
  if (m < 0.7071067811865475244L) {
    m *= 2.0L;
    --exponent;
  }
  const long double s = (m - 1.0L) / (m + 1.0L);
  long double sum = 0.0L;
  for (int k = 29; k > 0; k -= 2) sum = sum * s * s + 1.0L / k;
  return 2.0L * s * sum + exponent * 0.693147180559945309417232121458L;
}

long double portable_log1p_minus(long double u) {
  if (u < -0.3L || u > 0.4L) return portable_log(1.0L + u) - u;
  const long double s = u / (2.0L + u);  // log(1 + u) = 2 (s + s³/3 + …), 2s − u = −us
  long double sum = 0.0L;
  for (int k = 27; k > 1; k -= 2) sum = sum * s * s + 1.0L / k;
  return s * (2.0L * s * s * sum - u);
}

long double portable_exp(long double x) {
  if (x < -11500.0L) return 0.0L;
  const int k = static_cast<int>(x * 1.44269504088896340736L + (x < 0.0L ? -0.5L : 0.5L));
  const long double r = x - k * 0.693147180559945309417232121458L;
  long double sum = 1.0L;
  for (int n = 22; n > 0; --n) sum = 1.0L + sum * r / n;
  return std::ldexp(sum, k);
}

long double portable_power(long double x, double exponent) {
  if (exponent == 0.0) return 1.0L;
  if (exponent == -1.0) return 1.0L / x;
  if (exponent == 1.0) return x;
  return portable_exp(exponent * portable_log(x));
}

}  // namespace nnft
