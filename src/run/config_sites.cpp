#include <algorithm>

#include "nnft/core/error.hpp"
#include "nnft/run/config_text.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft {

namespace {

constexpr std::size_t most_sites = 4096;
constexpr std::size_t most_components = 4096;
constexpr std::size_t most_complaints = 10;

/// Collects sites one by one and what is wrong with them.
class SiteRows {
 public:
  /// False if no more sites need be read. `place` says in a message which site this is.
  bool add(std::string_view text, const std::string& place);
  /// Assigns the sites, unless something was wrong.
  Complaints finish(RowMatrix& sites) &&;

 private:
  std::vector<double> read_row(std::string_view text, const std::string& place);

  std::vector<std::vector<double>> rows_;
  std::string first_place_;
  Complaints complaints_;
};

std::string components(std::size_t count) { return std::to_string(count) + (count == 1 ? " component" : " components"); }

std::vector<double> SiteRows::read_row(std::string_view text, const std::string& place) {
  std::vector<double> row;
  for (const std::string_view word : words(text, most_components + 1)) {
    const std::optional<double> number = finite_number(word);
    if (!number) complaints_.push_back(quoted(word) + " in " + place);
    row.push_back(number.value_or(0.0));
  }
  return row;
}

bool SiteRows::add(std::string_view text, const std::string& place) {
  if (rows_.size() == most_sites) {
    complaints_.push_back("more than " + std::to_string(most_sites) + " sites");
    return false;
  }
  rows_.push_back(read_row(text, place));
  if (rows_.size() == 1) first_place_ = place;
  const std::size_t count = rows_.back().size();
  if (count == 0)
    complaints_.push_back("no number in " + place);
  else if (count > most_components)
    complaints_.push_back("more than " + components(most_components) + " in " + place);
  else if (count != rows_.front().size() && !rows_.front().empty())
    complaints_.push_back(components(count) + " in " + place + " and " + std::to_string(rows_.front().size()) + " in " +
                          first_place_);
  return complaints_.size() < most_complaints;
}

Complaints SiteRows::finish(RowMatrix& sites) && {
  if (rows_.empty()) complaints_.push_back("no site");
  if (complaints_.size() > most_complaints) complaints_.resize(most_complaints);
  if (!complaints_.empty()) return std::move(complaints_);
  sites.resize(static_cast<Eigen::Index>(rows_.size()), static_cast<Eigen::Index>(rows_.front().size()));
  for (Eigen::Index i = 0; i < sites.rows(); ++i) std::ranges::copy(rows_[static_cast<std::size_t>(i)], sites.row(i).begin());
  return {};
}

}  // namespace

Complaints read_sites(std::string_view text, RowMatrix& sites, const std::string& row) {
  SiteRows rows;
  text = trim(text);
  for (int site = 1; !text.empty(); ++site) {
    const std::size_t end = text.find(';');
    if (!rows.add(text.substr(0, end), row + " " + std::to_string(site)) || end == std::string_view::npos) break;
    text = trim(text.substr(end + 1));
  }
  return std::move(rows).finish(sites);
}

Complaints read_sites_file(std::string_view path, RowMatrix& sites) {
  const std::string name(path);
  std::string text;
  try {
    text = read_text_file(name);
  } catch (const IoError& error) {
    return {error.what()};
  }
  SiteRows rows;
  for (LineWalker walker(text); walker.next();) {
    const std::string place = name + ":" + std::to_string(walker.number());
    if (has_control_character(walker.line())) return {"a control character in " + place};
    const std::string_view line = without_comment(walker.line());
    if (!line.empty() && !rows.add(line, place)) break;
  }
  return std::move(rows).finish(sites);
}

std::string sites_text(const RowMatrix& sites) {
  std::string text;
  for (Eigen::Index i = 0; i < sites.rows(); ++i) {
    if (i > 0) text += "; ";
    for (Eigen::Index j = 0; j < sites.cols(); ++j) text += (j > 0 ? " " : "") + shortest_text(sites(i, j));
  }
  return text;
}

}  // namespace nnft
