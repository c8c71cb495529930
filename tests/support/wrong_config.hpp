#pragma once
/// @file What is said of wrong configs: a right one to start from, and the complaints about what is made of it.

#include <gtest/gtest.h>

#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "nnft/core/error.hpp"
#include "nnft/run/config.hpp"

namespace nnft::wrong_config {

inline const std::string minimal =
    "[field]\n"             // 1
    "architecture = cos\n"  // 2
    "width = 8 16\n"        // 3
    "[sites]\n"             // 4
    "points = 0; 0.5; 1\n"  // 5
    "[run]\n"               // 6
    "networks = 1e6\n";     // 7

/// The lines of the error; none if the text is accepted.
inline std::vector<std::string> problems(const std::string& text, const std::vector<Override>& overrides = {}) {
  try {
    parse_config(text, "jobs/a.ini", overrides);
  } catch (const UsageError& error) {
    std::vector<std::string> lines;
    std::istringstream stream(error.what());
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }
  return {};
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::logic_error("no '" + from + "' in the text");
  return text.replace(at, from.size(), to);
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// Exactly one problem, which begins and goes on as given.
inline void expect_one(const std::vector<std::string>& lines, const std::string& begin, const std::vector<std::string>& parts) {
  ASSERT_EQ(lines.size(), 1u) << ::testing::PrintToString(lines);
  EXPECT_TRUE(lines[0].starts_with(begin)) << lines[0] << "\n  does not begin with " << begin;
  for (const std::string& part : parts) EXPECT_TRUE(contains(lines[0], part)) << lines[0] << "\n  lacks " << part;
}

}  // namespace nnft::wrong_config
