#include <hdf5.h>
#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <limits>
#include <vector>

#include "fuzz/file_edits.hpp"

namespace nnft::fuzz {
namespace {

constexpr int most_edits = 12;
constexpr double infinity = std::numeric_limits<double>::infinity();

constexpr std::array<double, 14> hostile_numbers = {std::numeric_limits<double>::quiet_NaN(),
                                                    infinity,
                                                    -infinity,
                                                    0.0,
                                                    -0.0,
                                                    -1.0,
                                                    1.0,
                                                    0.5,
                                                    1e300,
                                                    -1e300,
                                                    1e-300,
                                                    5e-324,
                                                    1e18,
                                                    3.0};
constexpr std::array<std::int64_t, 14> hostile_counts = {0,
                                                         -1,
                                                         1,
                                                         2,
                                                         3,
                                                         7,
                                                         64,
                                                         255,
                                                         1 << 20,
                                                         std::int64_t{1} << 31,
                                                         std::int64_t{1} << 62,
                                                         std::numeric_limits<std::int64_t>::max(),
                                                         std::numeric_limits<std::int64_t>::min(),
                                                         -64};
constexpr std::array<hsize_t, 12> hostile_extents = {
    0, 1, 2, 3, 4, 8, 1000, 65536, hsize_t{1} << 31, hsize_t{1} << 33, 100'000'000'000'000'000u, hsize_t{1} << 62};
const std::array<const char*, 24> hostile_texts = {
    "",
    "sample",
    "exact",
    "checkpoint",
    "action",
    "fit",
    "correlators",
    "2",
    "3",
    "1/N",
    "strength",
    "width",
    "nan",
    "-1",
    "1e300",
    "99999999999999999999",
    "0/1",
    "1/2",
    "5/3",
    "0/18446744073709551615",
    "generic",
    "avx512",
    "[field]\narchitecture = cos\nwidth = 3\n[sites]\npoints = 1\n[run]\nnetworks = 1\n",
    "\xff\xfe"};
const std::array<const char*, 30> known_names = {"width",       "strength", "block",   "site",         "pair",
                                                 "quad",        "order",    "mode",    "site_x",       "pair_i",
                                                 "quad_k",      "count",    "sum2",    "sum4",         "reference_kernel",
                                                 "G2c",         "G4c",      "G2c_err", "G4c_err",      "subtree_sum2",
                                                 "subtree",     "entry",    "level",   "index",        "sums",
                                                 "slices_done", "g2",       "g4",      "g2_jackknife", "provenance"};
const std::array<const char*, 20> config_values = {
    "0",   "1",       "2",   "3",  "7",   "8",     "64",    "1000000",    "99999999999999999999", "1e15",
    "inf", "2 4 6 8", "nan", "-1", "all", "plain", "1024T", "0.5 0; 1 1", "1 2 3 4 5 6 7 8 9",    "mlp"};

std::vector<std::string> names_of(hid_t file) {
  std::vector<std::string> names;
  H5Literate(
      file, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr,
      [](hid_t, const char* name, const H5L_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
      },
      &names);
  return names;
}

std::vector<std::string> attributes_of(hid_t object) {
  std::vector<std::string> names;
  H5Aiterate2(
      object, H5_INDEX_NAME, H5_ITER_NATIVE, nullptr,
      [](hid_t, const char* name, const H5A_info_t*, void* list) -> herr_t {
        static_cast<std::vector<std::string>*>(list)->emplace_back(name);
        return 0;
      },
      &names);
  return names;
}

std::vector<hsize_t> shape_of(hid_t file, const std::string& name) {
  std::vector<hsize_t> extents;
  const hid_t dataset = H5Dopen2(file, name.c_str(), H5P_DEFAULT);
  if (dataset < 0) return extents;
  const hid_t space = H5Dget_space(dataset);
  extents.resize(static_cast<std::size_t>(std::max(0, H5Sget_simple_extent_ndims(space))));
  H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  H5Sclose(space);
  H5Dclose(dataset);
  return extents;
}

/// Writing to a virtual dataset that is made of itself does not end.
bool is_virtual(hid_t dataset) {
  const hid_t creation = H5Dget_create_plist(dataset);
  const bool found = H5Pget_layout(creation) == H5D_VIRTUAL;
  H5Pclose(creation);
  return found;
}

hid_t text_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

std::string read_text(hid_t object, const std::string& name) {
  std::string text;
  const hid_t attribute = H5Aopen(object, name.c_str(), H5P_DEFAULT);
  if (attribute < 0) return text;
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  char* data = nullptr;
  if (H5Tis_variable_str(type) > 0 && H5Sget_simple_extent_npoints(space) == 1 && H5Aread(attribute, type, &data) >= 0 &&
      data != nullptr) {
    text = data;
    H5free_memory(data);
  }
  H5Sclose(space);
  H5Tclose(type);
  H5Aclose(attribute);
  return text;
}

void write_text(hid_t object, const std::string& name, const std::string& text) {
  H5Adelete(object, name.c_str());
  const hid_t type = text_type(), space = H5Screate(H5S_SCALAR);
  const hid_t attribute = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
  const char* data = text.c_str();
  H5Awrite(attribute, type, &data);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
}

/// One edit of an open file, chosen by bytes.
class Edit {
 public:
  Edit(hid_t file, FuzzBytes& bytes) : file_(file), bytes_(bytes), names_(names_of(file)) {
    if (names_.empty()) names_.emplace_back("nothing");
    name_ = names_[bytes_.below(names_.size())];
  }

  void apply(std::uint8_t kind) {
    switch (kind % 16) {
      case 0:
        H5Ldelete(file_, name_.c_str(), H5P_DEFAULT);
        break;
      case 1:
        rename();
        break;
      case 2:
        replace(shape_of(file_, name_));
        break;
      case 3:
        reshape();
        break;
      case 4:
      case 5:
        overwrite();
        break;
      case 6:
      case 7:
        edit_text();
        break;
      case 8:
      case 9:
        edit_config();
        break;
      case 10:
        replace_attribute();
        break;
      case 11:
        link();
        break;
      case 12:
        store_elsewhere();
        break;
      case 13:
        edit_dimensions();
        break;
      case 14:
        store_with_filters();
        break;
      default:
        add_object();
    }
  }

 private:
  std::string any_name() {
    return bytes_.byte() % 2 == 0 ? std::string(bytes_.one_of(known_names)) : names_[bytes_.below(names_.size())];
  }

  void rename() {
    const std::string to = any_name();
    H5Ldelete(file_, to.c_str(), H5P_DEFAULT);
    H5Lmove(file_, name_.c_str(), file_, to.c_str(), H5P_DEFAULT, H5P_DEFAULT);
  }

  hid_t any_type() {
    switch (bytes_.byte() % 8) {
      case 0:
        return H5Tcopy(H5T_IEEE_F64LE);
      case 1:
        return H5Tcopy(H5T_STD_I64LE);
      case 2:
        return H5Tcopy(H5T_IEEE_F32LE);
      case 3:
        return H5Tcopy(H5T_STD_U64LE);
      case 4:
        return H5Tcopy(H5T_IEEE_F64BE);
      case 5:
        return text_type();
      case 6:
        return H5Tcopy(H5T_STD_REF_OBJ);
      default: {
        const hid_t type = H5Tcopy(H5T_C_S1);
        H5Tset_size(type, 8);
        return type;
      }
    }
  }

  /// Another dataset of the name, of a type and of storage that the bytes choose; small ones are filled with hostile numbers.
  void replace(const std::vector<hsize_t>& extents, hid_t creation = H5P_DEFAULT) {
    const hid_t type = any_type();
    H5Ldelete(file_, name_.c_str(), H5P_DEFAULT);
    const hid_t space = extents.empty() ? H5Screate(bytes_.byte() % 2 == 0 ? H5S_SCALAR : H5S_NULL)
                                        : H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
    const hid_t dataset = H5Dcreate2(file_, name_.c_str(), type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    hsize_t elements = 1;
    for (const hsize_t extent : extents)
      elements = extent == 0 || elements > 65536 ? 0 : elements * std::min<hsize_t>(extent, 65537);
    if (elements > 0 && elements <= 65536 && dataset >= 0 && !is_virtual(dataset)) {
      const std::vector<double> values(elements, bytes_.one_of(hostile_numbers));
      H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    }
    H5Dclose(dataset);
    H5Sclose(space);
    H5Tclose(type);
  }

  void reshape() {
    std::vector<hsize_t> extents = shape_of(file_, name_);
    if (bytes_.byte() % 3 == 0) extents.resize(bytes_.below(6), 2);
    for (hsize_t& extent : extents)
      if (bytes_.byte() % 2 == 0) extent = bytes_.one_of(hostile_extents);
    const std::uint8_t storage = bytes_.byte();
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    if (storage % 2 == 0 && !extents.empty()) {
      const std::vector<hsize_t> chunk(extents.size(), storage % 4 == 0 ? 1 : 16);
      H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
      if (storage % 8 < 4) H5Pset_deflate(creation, 9);
    }
    replace(extents, creation);
    H5Pclose(creation);
  }

  /// One element, or all of them.
  void overwrite() {
    const std::vector<hsize_t> extents = shape_of(file_, name_);
    hsize_t elements = 1;
    for (const hsize_t extent : extents) elements *= extent;
    if (elements == 0 || elements > (1u << 20)) return;
    const hid_t dataset = H5Dopen2(file_, name_.c_str(), H5P_DEFAULT);
    if (dataset < 0) return;
    if (is_virtual(dataset)) return H5Dclose(dataset), void();
    const std::size_t from = bytes_.byte() % 2 == 0 ? 0 : bytes_.short_number() % elements;
    const std::size_t to = from == 0 && bytes_.byte() % 2 == 0 ? elements : from + 1;
    const hid_t type = H5Dget_type(dataset);
    if (H5Tget_class(type) == H5T_FLOAT) {
      std::vector<double> values(elements);
      H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
      std::fill(values.begin() + static_cast<std::ptrdiff_t>(from), values.begin() + static_cast<std::ptrdiff_t>(to),
                bytes_.one_of(hostile_numbers));
      H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    } else if (H5Tget_class(type) == H5T_INTEGER) {
      std::vector<std::int64_t> values(elements);
      H5Dread(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
      std::fill(values.begin() + static_cast<std::ptrdiff_t>(from), values.begin() + static_cast<std::ptrdiff_t>(to),
                bytes_.one_of(hostile_counts));
      H5Dwrite(dataset, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
    }
    H5Tclose(type);
    H5Dclose(dataset);
  }

  hid_t open_some() {
    const std::uint8_t which = bytes_.byte() % 3;
    return H5Oopen(file_, which == 0 ? "." : which == 1 ? "provenance" : name_.c_str(), H5P_DEFAULT);
  }

  std::string some_attribute(hid_t object) {
    const std::vector<std::string> names = attributes_of(object);
    return names.empty() ? "kind" : names[bytes_.below(names.size())];
  }

  void edit_text() {
    const hid_t object = open_some();
    if (object < 0) return;
    const std::string name = some_attribute(object);
    std::string text = read_text(object, name);
    switch (bytes_.byte() % 5) {
      case 0:
        H5Adelete(object, name.c_str());
        break;
      case 1:
        write_text(object, name, bytes_.one_of(hostile_texts));
        break;
      case 2:
        write_text(object, name, bytes_.text());
        break;
      case 3:
        write_text(object, name, text.substr(0, text.size() / 2));
        break;
      default:
        if (!text.empty()) text[bytes_.short_number() % text.size()] = static_cast<char>(bytes_.byte());
        write_text(object, name, text);
    }
    H5Oclose(object);
  }

  /// The value of one key of the recorded config.
  void edit_config() {
    const hid_t provenance = H5Gopen2(file_, "provenance", H5P_DEFAULT);
    if (provenance < 0) return;
    std::string text = read_text(provenance, "config");
    std::vector<std::size_t> places;
    for (std::size_t at = text.find(" = "); at != std::string::npos; at = text.find(" = ", at + 1)) places.push_back(at + 3);
    if (!places.empty()) {
      const std::size_t begin = places[bytes_.below(places.size())];
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      std::string value = bytes_.byte() % 4 == 0 ? bytes_.text() : bytes_.one_of(config_values);
      if (bytes_.byte() % 4 == 0) value = text.substr(begin, end - begin) + " " + value;
      text.replace(begin, end - begin, value);
      write_text(provenance, "config", text);
    }
    H5Gclose(provenance);
  }

  void replace_attribute() {
    const hid_t object = open_some();
    if (object < 0) return;
    const std::string name = some_attribute(object);
    H5Adelete(object, name.c_str());
    const hid_t type = any_type();
    const hsize_t extent = bytes_.below(5);
    const hid_t space = extent == 0   ? H5Screate(H5S_NULL)
                        : extent == 1 ? H5Screate(H5S_SCALAR)
                                      : H5Screate_simple(1, &extent, nullptr);
    const hid_t attribute = H5Acreate2(object, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Aclose(attribute);
    H5Sclose(space);
    H5Tclose(type);
    H5Oclose(object);
  }

  /// A link that leads elsewhere or nowhere in place of an object.
  void link() {
    const std::string to = any_name();
    H5Ldelete(file_, name_.c_str(), H5P_DEFAULT);
    switch (bytes_.byte() % 6) {
      case 0:
        H5Lcreate_soft(("/" + to).c_str(), file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 1:
        H5Lcreate_soft(("/" + name_).c_str(), file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 2:
        H5Lcreate_external("/dev/zero", "/x", file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 3:
        H5Lcreate_hard(file_, "/", file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      case 4:
        H5Lcreate_hard(file_, to.c_str(), file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT);
        break;
      default:
        H5Gclose(H5Gcreate2(file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    }
  }

  /// Values in another file, in another dataset, in the header, or nowhere.
  void store_elsewhere() {
    const std::vector<hsize_t> extents = shape_of(file_, name_);
    if (extents.empty()) return;
    hsize_t bytes = 8;
    for (const hsize_t extent : extents) bytes *= extent;
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    switch (bytes_.byte() % 4) {
      case 0:
        H5Pset_external(creation, "/dev/zero", 0, bytes);
        break;
      case 1: {
        const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
        H5Pset_virtual(creation, space, ".", ("/" + any_name()).c_str(), space);
        H5Sclose(space);
        break;
      }
      case 2:
        H5Pset_layout(creation, H5D_COMPACT);
        break;
      default:
        H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    }
    replace(extents, creation);
    H5Pclose(creation);
  }

  /// What says along which dimensions a dataset lies.
  void edit_dimensions() {
    const hid_t dataset = H5Dopen2(file_, name_.c_str(), H5P_DEFAULT);
    if (dataset < 0) return;
    const hsize_t rank = shape_of(file_, name_).size();
    const std::uint8_t kind = bytes_.byte();
    const char* const attribute = kind % 2 == 0 ? "DIMENSION_LIST" : "CLASS";
    if (kind % 3 > 0) H5Adelete(dataset, attribute);
    if (kind % 3 == 2) {
      const hsize_t extent = kind % 4 == 0 ? rank : bytes_.below(5);
      const hid_t type = any_type();
      const hid_t list = bytes_.byte() % 2 == 0 ? H5Tvlen_create(type) : H5Tcopy(type);
      const hid_t space = extent == 0 ? H5Screate(H5S_SCALAR) : H5Screate_simple(1, &extent, nullptr);
      H5Aclose(H5Acreate2(dataset, attribute, list, space, H5P_DEFAULT, H5P_DEFAULT));
      H5Sclose(space);
      H5Tclose(list);
      H5Tclose(type);
    }
    if (kind % 3 == 0) {
      const hid_t scale = H5Dopen2(file_, any_name().c_str(), H5P_DEFAULT);
      H5DSattach_scale(dataset, scale, static_cast<unsigned>(bytes_.below(rank)));
      H5Dclose(scale);
    }
    H5Dclose(dataset);
  }

  void store_with_filters() {
    const std::vector<hsize_t> extents = shape_of(file_, name_);
    if (extents.empty()) return;
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    std::vector<hsize_t> chunk = extents;
    for (hsize_t& extent : chunk) extent = std::max<hsize_t>(1, extent);
    if (bytes_.byte() % 4 == 0) chunk.front() = hsize_t{1} << 25;
    H5Pset_chunk(creation, static_cast<int>(chunk.size()), chunk.data());
    switch (bytes_.byte() % 5) {
      case 0:
        H5Pset_nbit(creation);
        break;
      case 1:
        H5Pset_scaleoffset(creation, H5Z_SO_FLOAT_DSCALE, 2);
        break;
      case 2:
        H5Pset_szip(creation, H5_SZIP_NN_OPTION_MASK, 8);
        break;
      case 3:
        H5Pset_shuffle(creation);
        break;
      default:
        H5Pset_deflate(creation, 9);
    }
    replace(extents, creation);
    H5Pclose(creation);
  }

  void add_object() {
    name_ = bytes_.byte() % 2 == 0 ? any_name() : "." + bytes_.text();
    if (bytes_.byte() % 4 == 0) return H5Gclose(H5Gcreate2(file_, name_.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)), void();
    replace(std::vector<hsize_t>(bytes_.below(4), bytes_.byte() % 5));
  }

  hid_t file_;
  FuzzBytes& bytes_;
  std::vector<std::string> names_;
  std::string name_;
};

/// The file is written only when nothing of it is open; H5DSattach_scale, where it fails, leaves objects open.
void close_everything() {
  std::vector<hid_t> ids(static_cast<std::size_t>(std::max<ssize_t>(0, H5Fget_obj_count(H5F_OBJ_ALL, H5F_OBJ_ALL))));
  H5Fget_obj_ids(H5F_OBJ_ALL, H5F_OBJ_ALL, ids.size(), ids.data());
  for (const hid_t id : ids) H5Idec_ref(id);
}

}  // namespace

void edit_structure(const std::string& path, FuzzBytes& bytes) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, access);
  H5Pclose(access);
  if (file < 0) return;
  if (const hid_t provenance = H5Gopen2(file, "provenance", H5P_DEFAULT); provenance >= 0) {
    H5Adelete(provenance, "texts_sha256");
    H5Gclose(provenance);
  }
  for (int edit = 0; edit < most_edits && !bytes.empty(); ++edit) {
    const std::uint8_t kind = bytes.byte();
    Edit(file, bytes).apply(kind);
  }
  close_everything();
}

}  // namespace nnft::fuzz
