#include "app/option_reader.hpp"

#include <algorithm>
#include <limits>

namespace nnft::app {

Complaints read_tuple_list(std::string_view text, std::vector<std::vector<int>>& tuples) {
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    std::vector<int> tuple;
    Complaints complaints = read_whole_list(text.substr(0, end), {0, 1'000'000}, tuple);
    if (complaints.empty() && tuple.empty()) complaints = {"a tuple without sites"};
    if (!complaints.empty()) return complaints;
    if (std::find(tuples.begin(), tuples.end(), tuple) == tuples.end()) tuples.push_back(std::move(tuple));
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return {};
}

void OptionReader::read(const std::string& name, const std::string& expected,
                        const std::function<Complaints(const std::string&)>& read) {
  const auto given = arguments_.options.find(name);
  if (given == arguments_.options.end()) return;
  for (const std::string& complaint : read(given->second)) refuse(name + ": expected " + expected + ", got " + complaint);
}

void OptionReader::number(const std::string& name, double least, double& value) {
  read(name, "a number" + std::string(least == 0.0 ? " >= 0" : ""), [&](const std::string& text) {
    return read_number(text, least, std::numeric_limits<double>::max(), Ends::closed, value);
  });
}

std::string OptionReader::one_file(const std::string& kind) {
  if (arguments_.positional.size() == 1) return arguments_.positional.front();
  refuse("expected one " + kind + ", got " + std::to_string(arguments_.positional.size()));
  return "";
}

std::string OptionReader::output() {
  std::string output;
  for (const auto& [key, value] : arguments_.overrides)
    if (key == "run.output")
      output = value;
    else
      refuse("--" + key + ": not an option of nnft " + command_);
  return output;
}

void OptionReader::refuse(const std::string& problem) { problems_ += "\nnnft " + command_ + ": " + problem; }

void OptionReader::finish() const {
  if (!problems_.empty()) throw UsageError(problems_.substr(1));
}

}  // namespace nnft::app
