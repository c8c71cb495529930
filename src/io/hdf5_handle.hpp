#pragma once
/// @file HDF5 ids that close themselves, and HDF5's errors as IoError.

#include <hdf5.h>

#include <atomic>
#include <string>
#include <utility>

namespace nnft::hdf5 {

/// Throws IoError "WHERE: CALL failed: …" with the root cause on HDF5's error stack, and with the cure where one is known
/// (file locking) or the meaning where it matters (checksums).
[[noreturn]] void throw_error(const std::string& where, const char* call);

/// Returns `status` of the HDF5 function `call`. @throws IoError if it is negative.
template <class Status>
Status check(Status status, const std::string& where, const char* call) {
  if (status < 0) throw_error(where, call);
  return status;
}

/// Turns HDF5's printing of errors to stderr off as long as it lives.
class SilentErrors {
 public:
  SilentErrors() {
    check(H5Eget_auto2(H5E_DEFAULT, &function_, &data_), "HDF5", "H5Eget_auto2");
    check(H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr), "HDF5", "H5Eset_auto2");
  }
  // unchecked: at worst HDF5 goes on to be silent, and its errors are thrown all the same.
  ~SilentErrors() { H5Eset_auto2(H5E_DEFAULT, function_, data_); }
  SilentErrors(const SilentErrors&) = delete;
  SilentErrors& operator=(const SilentErrors&) = delete;

 private:
  H5E_auto2_t function_ = nullptr;
  void* data_ = nullptr;
};

/// Move-only owner of an HDF5 id.
class Handle {
 public:
  using Close = herr_t (*)(hid_t);

  Handle() = default;
  /// Takes `id`, which the HDF5 function `call` returned. @throws IoError if it is negative.
  Handle(hid_t id, Close closer, const std::string& where, const char* call) : id_(check(id, where, call)), close_(closer) {
    ++open_ids;
  }
  ~Handle() { close(); }
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)), close_(other.close_) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    std::swap(close_, other.close_);
    return *this;
  }

  hid_t get() const noexcept { return id_; }
  /// Closes now, to see whether that works; negative if it does not. Nothing happens when there is no id.
  herr_t close() noexcept {
    if (id_ < 0) return 0;
    const herr_t status = close_(std::exchange(id_, H5I_INVALID_HID));
    if (status >= 0) --open_ids;
    return status;
  }
  /// How many ids this process has that are not closed, or could not be.
  static long open() noexcept { return open_ids; }

 private:
  static std::atomic<long> open_ids;

  hid_t id_ = H5I_INVALID_HID;
  Close close_ = nullptr;
};

}  // namespace nnft::hdf5
