#include "nnft/action/diagram_sum.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "nnft/core/error.hpp"

namespace nnft {

/// Propagators from the vertices joined so far to one that is not.
struct DiagramSum::OpenPropagators {
  int to;
  int count;
};

namespace {

int most_legs(std::span<const Diagram> diagrams, const std::vector<VertexKind>& kinds) {
  int most = 0;
  for (const Diagram& diagram : diagrams) most = std::max(most, diagram.external_legs());
  for (const VertexKind& kind : kinds) most = std::max(most, kind.legs);
  return most;
}

/// Vertices in an order in which each is connected to one before it.
std::vector<int> joining_sequence(const Diagram& diagram) {
  std::vector<int> sequence = {0};
  for (std::size_t done = 0; done < sequence.size(); ++done)
    for (int other = 0; other < diagram.size(); ++other)
      if (diagram.propagators(sequence[done], other) > 0 && std::ranges::find(sequence, other) == sequence.end())
        sequence.push_back(other);
  return sequence;
}

/// Values of several bundles of propagators together: every combination of their packed components, the last bundle fastest.
class Bundles {
 public:
  Bundles(const SymmetricAlgebra& algebra, std::vector<int> counts) : algebra_(algebra), counts_(std::move(counts)) {
    for (const int count : counts_) size_ *= algebra.size(count);
  }
  Eigen::Index size() const noexcept { return size_; }
  /// The component of each bundle.
  std::vector<int> components(Eigen::Index value) const {
    std::vector<int> found(counts_.size());
    for (std::size_t k = counts_.size(); k-- > 0;) {
      found[k] = static_cast<int>(value % algebra_.size(counts_[k]));
      value /= algebra_.size(counts_[k]);
    }
    return found;
  }
  /// All modes of a value.
  void append(Eigen::Index value, std::vector<int>& modes) const {
    const std::vector<int> found = components(value);
    for (std::size_t k = 0; k < counts_.size(); ++k) {
      const int* tuple = algebra_.index(counts_[k]).tuple(found[k]);
      modes.insert(modes.end(), tuple, tuple + counts_[k]);
    }
  }
  double multiplicity(Eigen::Index value) const {
    const std::vector<int> found = components(value);
    double product = 1.0;
    for (std::size_t k = 0; k < counts_.size(); ++k) product *= algebra_.multiplicities(counts_[k])[found[k]];
    return product;
  }

 private:
  const SymmetricAlgebra& algebra_;
  std::vector<int> counts_;
  Eigen::Index size_ = 1;
};

/// For every value of what is kept and then of what is contracted, the column among all open bundles.
std::vector<int> sorted_columns(const SymmetricAlgebra& algebra, const std::vector<int>& counts,
                                const std::vector<bool>& contracted) {
  std::vector<int> kept_counts, contracted_counts;
  for (std::size_t k = 0; k < counts.size(); ++k) (contracted[k] ? contracted_counts : kept_counts).push_back(counts[k]);
  const Bundles kept(algebra, kept_counts), gone(algebra, contracted_counts);
  std::vector<int> columns;
  for (Eigen::Index a = 0; a < kept.size(); ++a)
    for (Eigen::Index b = 0; b < gone.size(); ++b) {
      const std::vector<int> of_kept = kept.components(a), of_gone = gone.components(b);
      std::size_t next_kept = 0, next_gone = 0;
      int column = 0;
      for (std::size_t k = 0; k < counts.size(); ++k)
        column = column * algebra.size(counts[k]) + (contracted[k] ? of_gone[next_gone++] : of_kept[next_kept++]);
      columns.push_back(column);
    }
  return columns;
}

}  // namespace

DiagramSum::DiagramSum(int modes, std::vector<VertexKind> kinds, std::span<const Diagram> diagrams, double propagator)
    : algebra_(modes, most_legs(diagrams, kinds)), kinds_(std::move(kinds)) {
  for (const Diagram& diagram : diagrams) {
    plans_.push_back(plan_of(diagram, propagator));
    order_ = std::max(order_, plans_.back().order);
    legs_ = std::max(legs_, plans_.back().legs);
  }
}

std::size_t DiagramSum::trace_of(std::size_t kind, int loops) {
  const auto known = std::ranges::find(traces_, Trace{kind, loops});
  if (known != traces_.end()) return static_cast<std::size_t>(known - traces_.begin());
  if (loops > 0) trace_of(kind, loops - 1);
  traces_.push_back({kind, loops});
  return traces_.size() - 1;
}

DiagramSum::Join DiagramSum::join_of(const Diagram& diagram, std::span<const int> sequence, std::size_t at,
                                     std::vector<OpenPropagators>& open) {
  const int vertex = sequence[at];
  const auto kind = std::ranges::find(kinds_, diagram.vertices()[static_cast<std::size_t>(vertex)]);
  if (kind == kinds_.end()) throw ShapeError("DiagramSum: a diagram has a vertex that is not among the kinds given");
  const auto trace = trace_of(static_cast<std::size_t>(kind - kinds_.begin()), diagram.propagators(vertex, vertex));
  std::vector<int> counts, contracted_counts, kept_counts;
  std::vector<bool> contracted;
  for (const OpenPropagators& bundle : open) {
    counts.push_back(bundle.count);
    contracted.push_back(bundle.to == vertex);
    if (bundle.to == vertex) contracted_counts.push_back(bundle.count);
  }
  std::erase_if(open, [vertex](const OpenPropagators& bundle) { return bundle.to == vertex; });
  for (std::size_t later = at + 1; later < sequence.size(); ++later)
    if (const int count = diagram.propagators(vertex, sequence[later]); count > 0) {
      kept_counts.push_back(count);
      open.push_back({sequence[later], count});
    }
  const Bundles gone(algebra_, contracted_counts), kept(algebra_, kept_counts);
  const int legs = diagram.external_legs(vertex);
  const PackedIndex& tensor =
      algebra_.index(diagram.vertices()[static_cast<std::size_t>(vertex)].legs - 2 * diagram.propagators(vertex, vertex));
  Join join{trace,
            {},
            algebra_.size(legs),
            kept.size(),
            algebra_.multiplicities(legs),
            sorted_columns(algebra_, counts, contracted),
            Vector(gone.size()),
            {},
            legs};
  for (Eigen::Index c = 0; c < gone.size(); ++c) {
    join.weights[c] = gone.multiplicity(c);
    for (int e = 0; e < algebra_.size(legs); ++e)
      for (Eigen::Index k = 0; k < kept.size(); ++k) {
        std::vector<int> modes(algebra_.index(legs).tuple(e), algebra_.index(legs).tuple(e) + legs);
        gone.append(c, modes);
        kept.append(k, modes);
        std::ranges::sort(modes);
        join.places.push_back(tensor.position(modes.data()));
      }
  }
  return join;
}

DiagramSum::Plan DiagramSum::plan_of(const Diagram& diagram, double propagator) {
  Plan plan{diagram.order(),
            diagram.external_legs(),
            std::pow(propagator, diagram.propagators()) / static_cast<double>(diagram.symmetry_factor()),
            {}};
  const std::vector<int> sequence = joining_sequence(diagram);
  std::vector<OpenPropagators> open;
  int legs = 0;
  for (std::size_t at = 0; at < sequence.size(); ++at) {
    Join join = join_of(diagram, sequence, at, open);
    if (at > 0) join.products = algebra_.products(legs, join.legs);
    legs += join.legs;
    join.legs = legs;
    plan.joins.push_back(std::move(join));
  }
  return plan;
}

std::vector<Vector> DiagramSum::traced(std::span<const Vector> vertices) const {
  if (vertices.size() != kinds_.size())
    throw ShapeError("DiagramSum: expected " + std::to_string(kinds_.size()) + " vertices, got " +
                     std::to_string(vertices.size()));
  for (std::size_t k = 0; k < kinds_.size(); ++k)
    if (vertices[k].size() != algebra_.size(kinds_[k].legs))
      throw ShapeError("DiagramSum: expected " + std::to_string(algebra_.size(kinds_[k].legs)) + " components of a vertex with " +
                       std::to_string(kinds_[k].legs) + " legs, got " + std::to_string(vertices[k].size()));
  std::vector<Vector> found;
  for (const Trace& trace : traces_) {
    if (trace.loops == 0) {
      found.push_back(vertices[trace.kind]);
      continue;
    }
    const auto parent = std::ranges::find(traces_, Trace{trace.kind, trace.loops - 1}) - traces_.begin();
    const int legs = kinds_[trace.kind].legs - 2 * trace.loops;
    const PackedIndex &from = algebra_.index(legs + 2), &to = algebra_.index(legs);
    Vector sums = Vector::Zero(to.size());
    std::vector<int> modes(static_cast<std::size_t>(legs) + 2);
    for (int t = 0; t < to.size(); ++t)
      for (int a = 0; a < algebra_.modes(); ++a) {
        const int* tuple = to.tuple(t);
        const int* above = std::upper_bound(tuple, tuple + legs, a);
        const auto rest = std::copy(tuple, above, modes.begin());
        rest[0] = rest[1] = a;
        std::copy(above, tuple + legs, rest + 2);
        sums[t] += found[static_cast<std::size_t>(parent)][from.position(modes.data())];
      }
    found.push_back(std::move(sums));
  }
  return found;
}

Vector DiagramSum::contracted(const Plan& plan, const std::vector<Vector>& traces) const {
  RowMatrix blob = RowMatrix::Ones(1, 1);  // shape (external, open)
  for (const Join& join : plan.joins) {
    const Vector& tensor = traces[join.trace];
    const Eigen::Index gone = join.weights.size(), kept_before = blob.cols() / gone;
    RowMatrix left(blob.rows() * kept_before, gone), right(gone, join.external * join.kept);
    for (Eigen::Index e = 0; e < blob.rows(); ++e)
      for (Eigen::Index c = 0; c < blob.cols(); ++c)
        left.data()[e * blob.cols() + c] = blob(e, join.columns[static_cast<std::size_t>(c)]);
    for (Eigen::Index c = 0; c < right.size(); ++c) right.data()[c] = tensor[join.places[static_cast<std::size_t>(c)]];
    for (Eigen::Index c = 0; c < gone; ++c)
      for (Eigen::Index e = 0; e < join.external; ++e)
        right.row(c).segment(e * join.kept, join.kept) *= join.weights[c] * join.multiplicities[e];
    const RowMatrix product = left * right;
    RowMatrix joined = RowMatrix::Zero(algebra_.size(join.legs), kept_before * join.kept);
    for (Eigen::Index a = 0; a < blob.rows(); ++a)
      for (Eigen::Index b = 0; b < join.external; ++b) {
        const auto row = join.products.empty() ? b : Eigen::Index(join.products[static_cast<std::size_t>(a * join.external + b)]);
        for (Eigen::Index k = 0; k < kept_before; ++k)
          joined.row(row).segment(k * join.kept, join.kept) += product.row(a * kept_before + k).segment(b * join.kept, join.kept);
      }
    blob = std::move(joined);
  }
  return plan.factor * blob.col(0).cwiseQuotient(algebra_.multiplicities(plan.legs));
}

DiagramTensors DiagramSum::sum(std::span<const Vector> vertices) const {
  const std::vector<Vector> traces = traced(vertices);
  DiagramTensors sums(static_cast<std::size_t>(order_) + 1, std::vector<Vector>(static_cast<std::size_t>(legs_) + 1));
  for (const Plan& plan : plans_) {
    Vector& sum = sums[static_cast<std::size_t>(plan.order)][static_cast<std::size_t>(plan.legs)];
    if (sum.size() == 0) sum = Vector::Zero(algebra_.size(plan.legs));
    sum += contracted(plan, traces);
  }
  return sums;
}

}  // namespace nnft
