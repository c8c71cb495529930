#pragma once
/// @file Which columns of two files are the same quantity, and how a comparison of them is printed.

#include <string>
#include <vector>

#include "nnft/stats/comparison.hpp"
#include "nnft/stats/jackknife.hpp"

namespace nnft::app {

/// Columns of A and of B that are the same quantity, and what to call them.
struct CommonColumns {
  std::vector<Eigen::Index> a, b;
  std::vector<std::string> names;
};

/// `0 0 1 2`.
std::string tuple_name(const int* tuple, int order);

/// Some columns of an estimate.
QuantityBlock columns_of(const Estimate& estimate, const std::vector<Eigen::Index>& columns);

/// One line. @param names of the quantities.
void print_block(const std::string& name, const BlockComparison& block, const std::vector<std::string>& names);

/// Compares the limit of infinite width in the file of fits `fits` with the scan points of infinite width of the same strengths
/// in `result`, printing a line for each; their p-values. @throws UsageError if their sites or deformations differ.
std::vector<double> compare_limit(const std::string& fits, const std::string& result);

}  // namespace nnft::app
