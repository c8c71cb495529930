#include <cmath>
#include <functional>
#include <iomanip>
#include <numeric>
#include <sstream>

#include "nnft/core/format.hpp"
#include "nnft/run/field_density.hpp"
#include "run/histogram_variables.hpp"

namespace nnft {
namespace {

void write_comparison(std::ostream& out, const std::string& name, const std::optional<MeasuredDensity>& measured,
                      Eigen::Index order) {
  if (!measured || measured->comparison.empty()) return;
  const BlockComparison& compared = measured->comparison[static_cast<std::size_t>(order)];
  if (compared.quantities == 0) {
    out << "; " << name << ": too few samples in every bin";
    return;
  }
  out << "; " << name << ": off by at most " << format_number(100.0 * measured->largest_difference[order], "%.2g")
      << " % of the peak, largest |pull| " << format_number(compared.largest_pull, "%.2f") << " of " << compared.quantities
      << " bins, rms " << format_number(compared.rms_pull, "%.2f") << ", p = " << format_number(compared.p_value, "%.3g");
}

void write_order(std::ostream& out, const FieldDensity& density, Eigen::Index order) {
  out << "    " << order << "  ";
  if (density.negative[order] > 0.0)
    out << "NEGATIVE from |phi| = " << format_number(density.negative_from[order], "%.4g") << " on, integral -"
        << format_number(density.negative[order], "%.2g");
  else
    out << "positive";
  write_comparison(out, "histogram", density.histogram, order);
  write_comparison(out, "density given K", density.conditional, order);
  out << '\n';
}

}  // namespace

std::string density_table(const StoredResult& stored, const ActionSubject& subject, const FieldDensities& densities) {
  std::ostringstream out;
  out << "Edgeworth series of the density, means over bins of phi in [-" << format_number(densities.bins.range, "%.4g") << ", "
      << format_number(densities.bins.range, "%.4g") << "]\n";
  for (std::size_t p = 0; p < densities.points.size(); ++p) {
    out << stored.points()[subject.points[p]].name << '\n';
    for (int entry = 0; entry < densities.layout.entries(); ++entry) {
      const FieldDensity& density = densities.points[p][static_cast<std::size_t>(entry)];
      out << "  " << (densities.layout.is_pair(entry) ? "sites" : "site");
      for (const int site : densities.layout.sites(entry)) out << ' ' << site;
      if (!density.failure.empty()) {
        out << "\n  NO SERIES: " << density.failure << '\n';
        continue;
      }
      out << ", through order\n";
      for (Eigen::Index order = 0; order < density.series.value.rows(); ++order) write_order(out, density, order);
    }
  }
  return out.str();
}

void add_densities(Schema& schema, const StoredResult& stored, const FieldDensities& densities) {
  add_histogram_dimensions(schema, densities.layout);
  add_histogram_coordinates(schema, densities.layout);
  const std::vector<std::string> axes = stored.plan().axes();
  for (int entry = 0; entry < densities.layout.entries(); ++entry) {
    const bool pair = densities.layout.is_pair(entry);
    const std::string dimension = pair ? "bin_pair" : "bin", name = densities.layout.name(entry);
    const auto add = [&](const std::string& variable, bool ordered, const std::string& long_name,
                         const std::function<Vector(const FieldDensity&, int)>& values) {
      std::vector<double> all;
      const int orders = ordered ? static_cast<int>(densities.points.front().front().series.value.rows()) : 1;
      for (int order = 0; order < orders; ++order)
        for (const std::vector<FieldDensity>& point : densities.points) {
          const Vector of_point = values(point[static_cast<std::size_t>(entry)], order);
          all.insert(all.end(), of_point.begin(), of_point.end());
        }
      std::vector<std::string> dimensions = ordered ? std::vector<std::string>{"order"} : std::vector<std::string>{};
      dimensions.insert(dimensions.end(), axes.begin(), axes.end());
      dimensions.push_back(dimension);
      schema.variables.push_back({variable, std::move(dimensions), ElementType::float64, long_name,
                                  pair ? "bin_pair_i bin_pair_j" : "", std::move(all)});
    };
    const auto add_series = [&](const std::string& variable, const std::string& where, DensitySeries FieldDensity::*series) {
      add(variable, true, "Edgeworth series through the order, " + where,
          [series](const FieldDensity& density, int order) { return Vector((density.*series).value.row(order).transpose()); });
      add(variable + "_err", true, "standard error of " + variable,
          [series](const FieldDensity& density, int order) { return Vector((density.*series).error.row(order).transpose()); });
    };
    const auto add_measured = [&](const std::string& variable, const std::string& long_name,
                                  std::optional<MeasuredDensity> FieldDensity::*measured) {
      if (!(densities.points.front()[static_cast<std::size_t>(entry)].*measured)) return;
      add(variable, false, long_name, [measured](const FieldDensity& density, int) { return (density.*measured)->value; });
      add(variable + "_err", false, "standard error of " + variable,
          [measured](const FieldDensity& density, int) { return (density.*measured)->error; });
    };
    add_series("edgeworth_" + name, "mean over the bin", &FieldDensity::series);
    if (!pair) add_series("edgeworth_" + name + "_middle", "in the middle of the bin", &FieldDensity::middle);
    add_measured("histogram_" + name, "mean density of sampled fields in the bin", &FieldDensity::histogram);
    add_measured("density_" + name, "density in the middle of the bin, averaged given K", &FieldDensity::conditional);
  }
}

}  // namespace nnft
