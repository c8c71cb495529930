#pragma once
/// @file A file of couplings: what `nnft action` writes, or anybody who keeps to FORMAT.md, "Actions".

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "nnft/action/site_action.hpp"
#include "nnft/core/types.hpp"
#include "nnft/io/result_file.hpp"

namespace nnft {

/// A scan axis: its name as a dimension and its values.
struct StoredAxis {
  std::string name;
  std::vector<double> values;
};

/// A place on all scan axes.
struct StoredPoint {
  std::vector<std::uint64_t> place;
  std::string name;  ///< `width 8, strength 0.5`
};

/// Connected correlators of one order with their standard errors, 0 where the file has none; both of shape (tuples).
struct StoredCorrelator {
  Vector value;
  Vector error;
};

/// An open file of couplings. Not collective. Every member function throws IoError that names the file and what is missing or of
/// the wrong shape.
class StoredAction {
 public:
  /// Checks the shapes of everything that is read later. `file` must outlive this.
  /// @param path what messages call the file.
  StoredAction(const ResultReader& file, std::string path);

  const std::string& path() const noexcept { return path_; }
  int sites() const noexcept { return sites_; }
  /// Powers of the expansion parameter: 0, 1, … orders() − 1.
  int orders() const noexcept { return orders_; }
  const std::vector<StoredAxis>& axes() const noexcept { return axes_; }
  /// The last axis fastest.
  const std::vector<StoredPoint>& points() const noexcept { return points_; }
  /// Degrees of the couplings, ascending: 2 and some of 4, 6, 8.
  const std::vector<int>& degrees() const noexcept { return degrees_; }
  /// Orders of the connected correlators that the file says the couplings come from; possibly none.
  const std::vector<int>& correlator_orders() const noexcept { return correlators_; }
  /// `1/N`, whose powers are in the couplings, or the axis whose strength couplings are coefficients of. 1/N if it is not said.
  const std::string& expanded_in() const noexcept { return expanded_in_; }
  bool expanded_in_strength() const noexcept { return expanded_in_ != "1/N"; }

  /// Σ_{o <= order} x^o g^(o) of each degree, x = `strength` if the file expands in one, else 1. Possibly not finite.
  std::vector<Couplings> couplings(const StoredPoint& point, int order, double strength) const;
  /// gn of every order and degree, order after order, in the layout of coupling_offset(). @param suffix empty, or of variables
  /// that belong to them, such as `_bias`: zeros where the file has none.
  Vector coupling_row(const StoredPoint& point, const std::string& suffix) const;
  /// gn_jackknife likewise, shape (blocks, coupling_row's size); no rows if the file has none.
  RowMatrix leave_one_out(const StoredPoint& point) const;
  /// Where the couplings of an order and degree begin in a row.
  Eigen::Index coupling_offset(int order, int degree) const;
  /// Gnc of an order that is among correlator_orders().
  StoredCorrelator correlator(const StoredPoint& point, int order) const;
  /// site_x, shape (sites, components), and the numbers of the sites; nothing if the file lacks them.
  std::optional<RowMatrix> positions() const;
  std::optional<std::vector<std::int64_t>> site_numbers() const;
  /// A root attribute, or `otherwise`.
  std::string attribute(const std::string& name, const std::string& otherwise) const;

 private:
  void read_axes();
  void check_tuples(int order) const;
  void check_shape(const std::string& variable, const std::vector<std::string>& dimensions) const;
  std::vector<std::string> dimensions(bool ordered, int order) const;
  [[noreturn]] void refuse(const std::string& problem) const;

  const ResultReader& file_;
  std::string path_;
  int sites_ = 0;
  int orders_ = 0;
  std::vector<StoredAxis> axes_;
  std::vector<StoredPoint> points_;
  std::vector<int> degrees_;
  std::vector<int> correlators_;
  std::string expanded_in_;
};

}  // namespace nnft
