#include "nnft/core/sha256.hpp"

#include <gtest/gtest.h>

#include <string>

namespace nnft::sha256_test {
namespace {

// Known answers: FIPS 180-2 appendix B and NIST's example values for SHA-256.
TEST(Sha256, GivesNistVectors) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1000000, 'a')), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, PiecesAndTheWholeGiveTheSame) {
  const std::string text = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto bytes = std::as_bytes(std::span(text));
    Sha256 hash;
    hash.update(bytes.first(cut));
    hash.update(bytes.subspan(cut));
    EXPECT_EQ(hash.hex(), sha256_hex(text)) << "cut at " << cut;
  }
}

TEST(Sha256, GoesOnAfterItsDigestWasAskedFor) {
  Sha256 hash;
  EXPECT_EQ(hash.hex(), sha256_hex(""));
  const std::string text = "abc";
  hash.update(std::as_bytes(std::span(text)));
  EXPECT_EQ(hash.hex(), sha256_hex("abc"));
}

}  // namespace
}  // namespace nnft::sha256_test
