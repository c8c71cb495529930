#pragma once
/// @file SHA-256 (FIPS 180-4), for digests of results and configurations.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

struct evp_md_ctx_st;  // OpenSSL's EVP_MD_CTX

namespace nnft {

/// Hashes bytes that come piece by piece. Move-only.
class Sha256 {
 public:
  /// @throws Error if OpenSSL offers no SHA-256.
  Sha256();

  /// Appends `bytes` to the message. @throws Error.
  void update(std::span<const std::byte> bytes);
  /// The digest of everything so far, as 64 lower-case hex digits; more may be appended afterwards. @throws Error.
  std::string hex() const;

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const noexcept;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

/// The digest of `text` as 64 lower-case hex digits. @throws Error.
std::string sha256_hex(std::string_view text);

}  // namespace nnft
