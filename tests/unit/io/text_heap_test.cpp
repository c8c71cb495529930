#include "io/text_heap.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace nnft::hdf5 {
namespace {

/// A collection as HDF5 writes it, from objects of a number and a text each, and free space.
class Collection {
 public:
  explicit Collection(std::uint64_t size) : size_(size) { add("GCOL\1", 8).add(size, 8); }
  Collection& object(std::uint64_t number, const std::string& text) {
    return add(number, 2).add(1, 2).add(0, 4).add(text.size(), 8).add(text, (text.size() + 7) / 8 * 8);
  }
  Collection& free_space() { return add(0, 8).add(size_ - bytes_.size() + 8, 8); }
  std::vector<std::byte> bytes() {
    bytes_.resize(size_);
    return bytes_;
  }

  Collection& add(std::uint64_t number, int bytes) {
    for (int k = 0; k < bytes; ++k) bytes_.push_back(static_cast<std::byte>(number >> (8 * k) & 255u));
    return *this;
  }

 private:
  Collection& add(const std::string& text, std::size_t bytes) {
    for (std::size_t k = 0; k < bytes; ++k) bytes_.push_back(static_cast<std::byte>(k < text.size() ? text[k] : '\0'));
    return *this;
  }

  std::uint64_t size_;
  std::vector<std::byte> bytes_;
};

TEST(TextHeap, SoundCollections) {
  EXPECT_TRUE(is_sound_heap_collection(Collection(4096).free_space().bytes()));
  EXPECT_TRUE(
      is_sound_heap_collection(Collection(4096).object(1, "generic").object(2, "").object(7, "[field]\n").free_space().bytes()));
  // Full to the last byte, or up to what is too short for a header.
  EXPECT_TRUE(is_sound_heap_collection(Collection(40).object(1, "12345678").bytes()));
  EXPECT_TRUE(is_sound_heap_collection(Collection(48).object(1, "12345678").bytes()));
}

TEST(TextHeap, CollectionsThatAreNot) {
  const std::vector<std::byte> sound = Collection(4096).object(1, "generic").object(2, "text of another").free_space().bytes();
  ASSERT_TRUE(is_sound_heap_collection(sound));
  EXPECT_FALSE(is_sound_heap_collection(std::span(sound).first(4088)));
  EXPECT_FALSE(is_sound_heap_collection(Collection(4096).object(1, "generic").object(1, "again").free_space().bytes()));
  EXPECT_FALSE(is_sound_heap_collection(Collection(4096).add(3, 2).add(1, 2).add(0, 4).add(~std::uint64_t{0}, 8).bytes()));
  EXPECT_FALSE(is_sound_heap_collection(Collection(4096).add(3, 2).add(1, 2).add(0, 4).add(4080, 8).bytes()));
  EXPECT_FALSE(is_sound_heap_collection(Collection(4096).add(3, 2).add(1, 2).add(9, 4).add(8, 8).bytes()));
  // Free space that does not reach the end: HDF5 takes what follows for objects.
  EXPECT_FALSE(is_sound_heap_collection(Collection(4096).add(0, 8).add(16, 8).bytes()));
  EXPECT_FALSE(is_sound_heap_collection(Collection(4096).bytes()));
}

TEST(TextHeap, NoFlipOfOneBitInAHeaderPassesAsAnotherSize) {
  const std::vector<std::byte> sound =
      Collection(256).object(1, "generic").object(2, "a text of more words").free_space().bytes();
  for (std::size_t bit = 0; bit < 8 * sound.size(); ++bit) {
    std::vector<std::byte> flipped = sound;
    flipped[bit / 8] ^= static_cast<std::byte>(1u << (bit % 8));
    if (!is_sound_heap_collection(flipped)) continue;
    // What passes takes as much room: texts, their lengths within eight bytes, reference counts, numbers not used.
    const std::size_t first = 16, second = 16 + 16 + 8, free = second + 16 + 24;
    for (const std::size_t object : {first, second})
      for (std::size_t byte = object + 9; byte < object + 16; ++byte) EXPECT_NE(bit / 8, byte);
    for (std::size_t byte = free; byte < free + 16; ++byte) EXPECT_NE(bit / 8, byte) << "free space";
    EXPECT_GE(bit / 8, first);
  }
}

TEST(TextHeap, OtherBytesAreNoCollection) {
  EXPECT_EQ(heap_collection_size(std::vector<std::byte>(64)), std::nullopt);
  const std::vector<std::byte> bytes = Collection(4096).bytes();
  EXPECT_EQ(heap_collection_size(bytes), 4096u);
  EXPECT_EQ(heap_collection_size(std::span(bytes).first(15)), std::nullopt);
  EXPECT_EQ(heap_collection_size(std::span(bytes).subspan(1)), std::nullopt);
}

}  // namespace
}  // namespace nnft::hdf5
