#include "io/dimension_scales.hpp"

#include <algorithm>
#include <string_view>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

using hdf5::check;
using hdf5::Handle;

constexpr const char* list_name = "DIMENSION_LIST";
constexpr const char* class_name = "CLASS";
constexpr std::string_view scale_class = "DIMENSION_SCALE";

/// References to the scales of each dimension, as HDF5 has allocated them.
class ScaleLists {
 public:
  ScaleLists(hid_t attribute, std::size_t dimensions, const std::string& where)
      : type_(H5Tvlen_create(H5T_STD_REF_OBJ), H5Tclose, where, "H5Tvlen_create"),
        space_(H5Aget_space(attribute), H5Sclose, where, "H5Aget_space"),
        lists_(dimensions, hvl_t{0, nullptr}) {
    check(H5Aread(attribute, type_.get(), lists_.data()), where, "H5Aread");
  }
  // unchecked: a destructor cannot do more than lose the memory.
  ~ScaleLists() { H5Dvlen_reclaim(type_.get(), space_.get(), H5P_DEFAULT, lists_.data()); }
  ScaleLists(const ScaleLists&) = delete;
  ScaleLists& operator=(const ScaleLists&) = delete;

  const std::vector<hvl_t>& lists() const noexcept { return lists_; }

 private:
  Handle type_, space_;
  std::vector<hvl_t> lists_;
};

void require_list(hid_t attribute, std::size_t dimensions, const std::string& where) {
  const Handle type(H5Aget_type(attribute), H5Tclose, where, "H5Aget_type");
  const Handle space(H5Aget_space(attribute), H5Sclose, where, "H5Aget_space");
  bool references = H5Tget_class(type.get()) == H5T_VLEN;
  if (references) {
    const Handle element(H5Tget_super(type.get()), H5Tclose, where, "H5Tget_super");
    references = H5Tequal(element.get(), H5T_STD_REF_OBJ) > 0;
  }
  const bool one_each = H5Sget_simple_extent_type(space.get()) == H5S_SIMPLE &&
                        H5Sget_simple_extent_npoints(space.get()) == static_cast<hssize_t>(dimensions);
  if (!references || !one_each)
    throw IoError(where + ": expected a list of references to scales for each dimension, got something else");
}

/// H5DSis_scale leaves the attribute, and with it the file, open if it is no text.
bool is_scale(hid_t dataset, const std::string& dataset_where) {
  const std::string where = dataset_where + ": attribute " + class_name;
  if (check(H5Aexists(dataset, class_name), where, "H5Aexists") == 0) return false;
  const Handle attribute(H5Aopen(dataset, class_name, H5P_DEFAULT), H5Aclose, where, "H5Aopen");
  const Handle type(H5Aget_type(attribute.get()), H5Tclose, where, "H5Aget_type");
  const Handle space(H5Aget_space(attribute.get()), H5Sclose, where, "H5Aget_space");
  if (H5Tget_class(type.get()) != H5T_STRING || H5Tis_variable_str(type.get()) != 0 ||
      H5Sget_simple_extent_npoints(space.get()) != 1)
    throw IoError(where + ": expected one text of fixed length, got something else");
  std::string text(scale_class.size() + 1, '\0');
  if (H5Tget_size(type.get()) != text.size()) return false;
  check(H5Aread(attribute.get(), type.get(), text.data()), where, "H5Aread");
  return text.c_str() == scale_class;
}

}  // namespace

std::vector<std::string> dimension_scales(const NamedDataset& dataset, const std::vector<RootDataset>& datasets) {
  if (is_scale(dataset.dataset, dataset.where)) {
    if (dataset.dimensions != 1)
      throw IoError(dataset.where + ": expected a dimension scale of one dimension, got " + std::to_string(dataset.dimensions));
    return {dataset.name};
  }
  const std::string where = dataset.where + ": attribute " + list_name;
  std::vector<std::string> names(dataset.dimensions);
  if (check(H5Aexists(dataset.dataset, list_name), where, "H5Aexists") == 0) return names;
  const Handle attribute(H5Aopen(dataset.dataset, list_name, H5P_DEFAULT), H5Aclose, where, "H5Aopen");
  require_list(attribute.get(), dataset.dimensions, where);
  const ScaleLists scales(attribute.get(), dataset.dimensions, where);
  for (std::size_t d = 0; d < dataset.dimensions; ++d) {
    const hvl_t& list = scales.lists()[d];
    if (list.len == 0 || list.p == nullptr) continue;
    const haddr_t address = *static_cast<const hobj_ref_t*>(list.p);
    const auto scale = std::ranges::find(datasets, address, &RootDataset::address);
    if (scale == datasets.end())
      throw IoError(where + ": expected a dataset of the root group as scale of dimension " + std::to_string(d) +
                    ", got something else");
    names[d] = scale->name;
  }
  return names;
}

}  // namespace nnft
