#include "nnft/core/sha256.hpp"

#include <openssl/evp.h>

#include <array>

#include "nnft/core/error.hpp"

namespace nnft {
namespace {

void check(int status, const char* call) {
  if (status != 1) throw Error(std::string("SHA-256: ") + call + " of OpenSSL failed");
}

}  // namespace

void Sha256::Free::operator()(evp_md_ctx_st* context) const noexcept { EVP_MD_CTX_free(context); }

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
  check(context_ ? 1 : 0, "EVP_MD_CTX_new");
  check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr), "EVP_DigestInit_ex");
}

void Sha256::update(std::span<const std::byte> bytes) {
  check(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()), "EVP_DigestUpdate");
}

std::string Sha256::hex() const {
  const std::unique_ptr<evp_md_ctx_st, Free> copy(EVP_MD_CTX_new());
  check(copy ? 1 : 0, "EVP_MD_CTX_new");
  check(EVP_MD_CTX_copy_ex(copy.get(), context_.get()), "EVP_MD_CTX_copy_ex");
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  check(EVP_DigestFinal_ex(copy.get(), digest.data(), &size), "EVP_DigestFinal_ex");
  std::string text;
  for (unsigned int k = 0; k < size; ++k) {
    text += "0123456789abcdef"[digest[k] >> 4];
    text += "0123456789abcdef"[digest[k] & 15];
  }
  return text;
}

std::string sha256_hex(std::string_view text) {
  Sha256 hash;
  hash.update(std::as_bytes(std::span(text)));
  return hash.hex();
}

}  // namespace nnft
