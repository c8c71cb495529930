#pragma once
/// @file Places of pairs and triples of sites in packed order, in any order of their sites.

namespace nnft {

inline int pair_place(int sites, int i, int j) {
  if (i > j) return pair_place(sites, j, i);
  return i * sites - i * (i - 1) / 2 + (j - i);
}

inline int triple_place(int sites, int i, int j, int k) {
  if (i > j) return triple_place(sites, j, i, k);
  if (j > k) return triple_place(sites, i, k, j);
  // Triples that begin below i, then pairs of the sites from i on.
  const int left = sites - i;
  const auto triples = [](int n) { return n * (n + 1) * (n + 2) / 6; };
  return triples(sites) - triples(left) + pair_place(left, j - i, k - i);
}

}  // namespace nnft
