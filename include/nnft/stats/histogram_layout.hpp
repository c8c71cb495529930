#pragma once
/// @file Which histograms of the field are measured, and where each bin stands among their columns.

#include <string>
#include <vector>

namespace nnft {

/// `bins` bins of equal width that cover [−range, range]; bin b begins at −range + b · width(). Dimensionless, as the field is.
struct FieldBins {
  double range = 0.0;
  int bins = 0;

  bool operator==(const FieldBins&) const = default;
  double width() const noexcept { return 2.0 * range / bins; }
  double centre(int bin) const noexcept { return (2.0 * bin + 1.0 - bins) * (range / bins); }
  /// The bin of a value, at an edge the upper one up to rounding, that of ±range included; −1 for values outside and NaN.
  int of(double value) const noexcept {
    if (!(value >= -range && value <= range)) return -1;
    const int bin = static_cast<int>((value + range) * (0.5 * bins / range));
    return bin < bins ? bin : bins - 1;
  }
};

/// Whether the density of φ given its covariance is summed at the middle of each bin, too.
enum class ConditionalDensity { left_out, measured };

/// Columns of all histograms, one entry after the other: `bins` of a site; bins × bins of two sites, the second one's fastest.
/// Then those of the conditional densities, `bins` of each entry of one site. There is none of two sites: where the covariance is
/// nearly singular it has no bound, so that few samples would make it up.
class HistogramLayout {
 public:
  /// None.
  HistogramLayout() = default;
  /// @param entries one site, or two different ones, each. @throws ShapeError for another number of sites, a site with itself, a
  /// range that is not positive and finite, or no bins.
  HistogramLayout(const FieldBins& bins, std::vector<std::vector<int>> entries,
                  ConditionalDensity density = ConditionalDensity::left_out);

  const FieldBins& bins() const noexcept { return bins_; }
  int entries() const noexcept { return static_cast<int>(entries_.size()); }
  const std::vector<int>& sites(int entry) const noexcept { return entries_[static_cast<std::size_t>(entry)]; }
  bool is_pair(int entry) const noexcept { return sites(entry).size() == 2; }
  /// Whether any entry is.
  bool has_pairs() const noexcept;
  /// In names of variables: `0`, or `0_1`.
  std::string name(int entry) const;
  /// Where the columns of an entry begin.
  int offset(int entry) const noexcept { return offsets_[static_cast<std::size_t>(entry)]; }
  /// Columns of an entry.
  int columns(int entry) const noexcept { return is_pair(entry) ? bins_.bins * bins_.bins : bins_.bins; }
  /// Of a bin: its width, or that squared.
  double volume(int entry) const noexcept { return is_pair(entry) ? bins_.width() * bins_.width() : bins_.width(); }
  /// The column of φ at the sites of an entry; −1 if it is in no bin. `second` only counts for two sites.
  int column(int entry, double first, double second) const noexcept;
  bool has_density(int entry) const noexcept { return density_ == ConditionalDensity::measured && !is_pair(entry); }
  /// Entries that have.
  int densities() const noexcept;
  /// Where the columns of the conditional density of an entry begin.
  int density_offset(int entry) const noexcept { return density_offsets_[static_cast<std::size_t>(entry)]; }
  /// All columns.
  int size() const noexcept { return size_; }

 private:
  FieldBins bins_;
  std::vector<std::vector<int>> entries_;
  ConditionalDensity density_ = ConditionalDensity::left_out;
  std::vector<int> offsets_;
  std::vector<int> density_offsets_;
  int size_ = 0;
};

}  // namespace nnft
