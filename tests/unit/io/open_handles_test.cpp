#include "nnft/io/open_handles.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "io/file_descriptor.hpp"
#include "nnft/core/error.hpp"

namespace nnft::open_handles_test {
namespace {

TEST(OpenHandles, NoneAtFirst) {
  EXPECT_TRUE(open_handles().none());
  EXPECT_EQ(open_handles().text(), "0 communicators, 0 HDF5 ids, 0 file descriptors");
}

TEST(OpenHandles, DescriptorsCountAsLongAsTheyLive) {
  {
    const FileDescriptor first(".", O_RDONLY | O_DIRECTORY, "cannot be opened");
    const FileDescriptor second(".", O_RDONLY | O_DIRECTORY, "cannot be opened");
    EXPECT_EQ(open_handles().descriptors, 2);
    EXPECT_FALSE(open_handles().none());
  }
  EXPECT_TRUE(open_handles().none());
}

TEST(OpenHandles, DescriptorsThatCannotBeOpenedDoNotCount) {
  EXPECT_THROW(FileDescriptor("there/is/nothing", O_RDONLY, "cannot be opened"), IoError);
  EXPECT_TRUE(open_handles().none());
}

TEST(OpenHandles, EachKindIsNamed) {
  EXPECT_EQ((OpenHandles{1, 2, 3}.text()), "1 communicator, 2 HDF5 ids, 3 file descriptors");
  EXPECT_FALSE((OpenHandles{1, 0, 0}.none()));
  EXPECT_FALSE((OpenHandles{0, 1, 0}.none()));
}

}  // namespace
}  // namespace nnft::open_handles_test
