#pragma once
/// @file Which dimension scales a dataset has, of a file that is not trusted.

#include <string>
#include <vector>

#include "io/text_attributes.hpp"

namespace nnft {

/// An open dataset and what messages call it.
struct NamedDataset {
  hid_t dataset;
  std::string name;
  std::string where;
  std::size_t dimensions;
};

/// The name of the first dimension scale along each dimension, its own if it is a scale itself; empty where there is none.
/// HDF5's own functions take the attributes that say so for what they should be and follow any address in them.
/// @param datasets of the root group: scales are among them.
/// @throws IoError if one of the attributes is of another type or length, or names something else than a dataset of the root
/// group.
std::vector<std::string> dimension_scales(const NamedDataset& dataset, const std::vector<RootDataset>& datasets);

}  // namespace nnft
