/// @file A virtual file driver that passes everything on to HDF5's default one and looks at heap collections on their way.

#include "io/reading_driver.hpp"

#include <exception>
#include <new>
#include <vector>

#include "io/text_heap.hpp"

namespace nnft::hdf5 {

#if H5_VERSION_GE(1, 13, 0)

Handle reading_access(const std::string& path) { return Handle(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "H5Pcreate"); }

#else

namespace {

/// What HDF5 takes for one of its files: its own part must come first.
struct WatchedFile {
  H5FD_t own;
  H5FD_t* file;
};

H5FD_t* file_of(H5FD_t* watched) { return reinterpret_cast<WatchedFile*>(watched)->file; }
H5FD_t* file_of(const H5FD_t* watched) { return reinterpret_cast<const WatchedFile*>(watched)->file; }

/// HDF5's functions forget the errors so far, of which the first says most.
class KeptErrors {
 public:
  KeptErrors() : stack_(H5Eget_num(H5E_DEFAULT) > 0 ? H5Eget_current_stack() : H5I_INVALID_HID) {}
  ~KeptErrors() {
    if (stack_ >= 0) H5Eset_current_stack(stack_);  // unchecked: without it the text is less, and nothing else
  }
  KeptErrors(const KeptErrors&) = delete;
  KeptErrors& operator=(const KeptErrors&) = delete;

 private:
  hid_t stack_;
};

H5FD_t* open_file(const char* name, unsigned flags, hid_t, haddr_t most) {
  H5FD_t* const file = H5FDopen(name, flags, H5P_DEFAULT, most);
  if (file == nullptr) return nullptr;
  auto* const watched = new (std::nothrow) WatchedFile{};
  if (watched == nullptr) {
    H5FDclose(file);  // unchecked: the file is given up already
    return nullptr;
  }
  watched->file = file;
  return &watched->own;
}

herr_t close_file(H5FD_t* watched) {
  const KeptErrors kept;
  const herr_t status = H5FDclose(file_of(watched));
  if (status >= 0) delete reinterpret_cast<WatchedFile*>(watched);
  return status;
}

int compare(const H5FD_t* a, const H5FD_t* b) { return H5FDcmp(file_of(a), file_of(b)); }

/// Also asked without a file.
herr_t query(const H5FD_t*, unsigned long* flags) {
  *flags = H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE;
  return 0;
}

haddr_t end_of_addresses(const H5FD_t* watched, H5FD_mem_t type) {
  const KeptErrors kept;
  return H5FDget_eoa(file_of(watched), type);
}

herr_t set_end_of_addresses(H5FD_t* watched, H5FD_mem_t type, haddr_t end) {
  const KeptErrors kept;
  return H5FDset_eoa(file_of(watched), type, end);
}

haddr_t end_of_file(const H5FD_t* watched, H5FD_mem_t type) {
  const KeptErrors kept;
  return H5FDget_eof(file_of(watched), type);
}

herr_t lock(H5FD_t* watched, hbool_t exclusive) { return H5FDlock(file_of(watched), exclusive); }

herr_t unlock(H5FD_t* watched) {
  const KeptErrors kept;
  return H5FDunlock(file_of(watched));
}

bool is_sound(H5FD_t* file, hid_t transfer, haddr_t place, std::uint64_t size) {
  const haddr_t end = H5FDget_eof(file, H5FD_MEM_DEFAULT);
  if (place > end || size > end - place) return false;
  std::vector<std::byte> collection(size);
  return H5FDread(file, H5FD_MEM_DRAW, transfer, place, collection.size(), collection.data()) >= 0 &&
         is_sound_heap_collection(collection);
}

/// HDF5 reads heap collections as raw data, the beginning first: they are known by how they begin.
herr_t read(H5FD_t* watched, H5FD_mem_t type, hid_t transfer, haddr_t place, std::size_t size, void* buffer) {
  H5FD_t* const file = file_of(watched);
  if (H5FDread(file, type, transfer, place, size, buffer) < 0) return -1;
  const auto collection = heap_collection_size({static_cast<const std::byte*>(buffer), size});
  if (!collection) return 0;
  try {
    if (is_sound(file, transfer, place, *collection)) return 0;
  } catch (const std::exception&) {
    // No memory for it.
  }
  // unchecked: without the text the failure is still one.
  H5Epush2(H5E_DEFAULT, __FILE__, __func__, __LINE__, H5E_ERR_CLS, H5E_VFL, H5E_READERROR, "the heap of texts is damaged");
  return -1;
}

herr_t write(H5FD_t*, H5FD_mem_t, hid_t, haddr_t, std::size_t, const void*) { return -1; }

hid_t driver() {
  static const H5FD_class_t description = [] {
    H5FD_class_t made{};
    made.name = "nnft_reading";
    made.maxaddr = (haddr_t{1} << 63) - 1;
    made.fc_degree = H5F_CLOSE_WEAK;
    made.open = open_file;
    made.close = close_file;
    made.cmp = compare;
    made.query = query;
    made.get_eoa = end_of_addresses;
    made.set_eoa = set_end_of_addresses;
    made.get_eof = end_of_file;
    made.read = read;
    made.write = write;
    made.lock = lock;
    made.unlock = unlock;
    constexpr H5FD_mem_t each_for_itself[] = H5FD_FLMAP_DICHOTOMY;
    for (std::size_t k = 0; k < H5FD_MEM_NTYPES; ++k) made.fl_map[k] = each_for_itself[k];
    return made;
  }();
  static const hid_t id = H5FDregister(&description);
  return id;
}

}  // namespace

Handle reading_access(const std::string& path) {
  Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "H5Pcreate");
  check(H5Pset_driver(access.get(), check(driver(), path, "H5FDregister"), nullptr), path, "H5Pset_driver");
  return access;
}

#endif

}  // namespace nnft::hdf5
