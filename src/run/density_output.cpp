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

void write_order(std::ostream& out, const FieldDensity& density, Eigen::Index order) {
  out << "    " << std::left << std::setw(8) << order << std::right;
  if (density.negative[order] > 0.0)
    out << "NEGATIVE from |phi| = " << std::setw(8) << std::left << format_number(density.negative_from[order], "%.4g")
        << std::right << " on, integral -" << std::setw(9) << std::left << format_number(density.negative[order], "%.2g")
        << std::right;
  else
    out << std::left << std::setw(54) << "positive in all bins" << std::right;
  if (!density.comparison.empty()) {
    const BlockComparison& compared = density.comparison[static_cast<std::size_t>(order)];
    out << "  histogram: " << compared.quantities << " bins, largest |pull| " << format_number(compared.largest_pull, "%.2f")
        << ", rms " << format_number(compared.rms_pull, "%.2f");
    if (compared.chi2)
      out << ", chi2/dof " << format_number(compared.chi2->chi2, "%.1f") << "/" << compared.chi2->modes;
    out << ", p = " << format_number(compared.p_value, "%.3g");
  }
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
      for (Eigen::Index order = 0; order < density.series.rows(); ++order) write_order(out, density, order);
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
      const int orders = ordered ? static_cast<int>(densities.points.front().front().series.rows()) : 1;
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
    add("edgeworth_" + name, true, "Edgeworth series through the order, mean over the bin",
        [](const FieldDensity& density, int order) { return Vector(density.series.row(order).transpose()); });
    add("edgeworth_" + name + "_err", true, "standard error of edgeworth_" + name,
        [](const FieldDensity& density, int order) { return Vector(density.error.row(order).transpose()); });
    if (densities.points.front()[static_cast<std::size_t>(entry)].histogram.size() == 0) continue;
    add("histogram_" + name, false, "mean density of sampled fields in the bin",
        [](const FieldDensity& density, int) { return density.histogram; });
    add("histogram_" + name + "_err", false, "standard error of histogram_" + name,
        [](const FieldDensity& density, int) { return density.histogram_error; });
  }
}

}  // namespace nnft
