#include "nnft/action/diagram_text.hpp"

#include <iomanip>
#include <map>
#include <sstream>
#include <utility>

namespace nnft {
namespace {

std::string vertex_name(const VertexKind& kind, bool derivatives) {
  return "G" + std::to_string(kind.legs) + (derivatives ? std::string(static_cast<std::size_t>(kind.order), '\'') : "");
}

/// Calls `visit` with both ends of every propagator.
template <class Visit>
void each_propagator(const Diagram& diagram, const Visit& visit) {
  for (int i = 0; i < diagram.size(); ++i)
    for (int j = i; j < diagram.size(); ++j)
      for (int k = 0; k < diagram.propagators(i, j); ++k) visit(i, j);
}

}  // namespace

std::string vertices_text(const Diagram& diagram, bool derivatives) {
  std::string text;
  for (const VertexKind& kind : diagram.vertices()) text += (text.empty() ? "" : " ") + vertex_name(kind, derivatives);
  return text;
}

std::string propagators_text(const Diagram& diagram) {
  std::string text;
  each_propagator(diagram,
                  [&](int i, int j) { text += (text.empty() ? "" : " ") + std::to_string(i + 1) + "-" + std::to_string(j + 1); });
  return text.empty() ? "none" : text;
}

std::string action_factor_text(const Diagram& diagram) {
  return (diagram.propagators() % 2 == 0 ? "-1/" : "+1/") + std::to_string(diagram.symmetry_factor());
}

std::string diagram_table(const std::vector<Diagram>& diagrams, bool derivatives) {
  std::ostringstream out;
  out << "order  legs  vertices      propagators              symmetry factor   in S\n";
  std::map<std::pair<int, int>, std::pair<int, double>> sums;
  for (const Diagram& diagram : diagrams) {
    out << std::right << std::setw(5) << diagram.order() << std::setw(6) << diagram.external_legs() << "  " << std::left
        << std::setw(14) << vertices_text(diagram, derivatives) << std::setw(25) << propagators_text(diagram) << std::setw(18)
        << diagram.symmetry_factor() << action_factor_text(diagram) << '\n';
    auto& [count, sum] = sums[{diagram.order(), diagram.external_legs()}];
    ++count;
    sum += 1.0 / static_cast<double>(diagram.symmetry_factor());
  }
  out << "order  legs  diagrams  sum of 1/symmetry factor\n";
  for (const auto& [at, found] : sums)
    out << std::right << std::setw(5) << at.first << std::setw(6) << at.second << std::setw(10) << found.first << "  "
        << std::setprecision(15) << found.second << '\n';
  return out.str();
}

std::string diagram_dot(const Diagram& diagram, bool derivatives) {
  std::ostringstream out;
  out << "graph diagram {\n  layout=neato; overlap=false; splines=true; labelloc=b; fontname=Helvetica; fontsize=14;\n"
      << "  label=\"order " << diagram.order() << ", " << diagram.external_legs() << " legs, symmetry factor "
      << diagram.symmetry_factor() << ", in S " << action_factor_text(diagram) << "\";\n"
      << "  node [shape=circle, style=filled, fillcolor=\"#d9d9d9\", fontname=Helvetica];\n";
  for (int v = 0; v < diagram.size(); ++v)
    out << "  v" << v + 1 << " [label=\"" << vertex_name(diagram.vertices()[static_cast<std::size_t>(v)], derivatives)
        << "\"];\n";
  out << "  node [shape=point, width=0.05, fillcolor=black];\n";
  int leg = 0;
  for (int v = 0; v < diagram.size(); ++v)
    for (int k = 0; k < diagram.external_legs(v); ++k) {
      ++leg;
      out << "  x" << leg << "; v" << v + 1 << " -- x" << leg << " [len=0.9];\n";
    }
  out << "  edge [color=\"#0072b2\", penwidth=1.5];\n  node [width=0.01, label=\"\"];\n";
  int loop = 0;
  each_propagator(diagram, [&](int i, int j) {
    if (i != j) {
      out << "  v" << i + 1 << " -- v" << j + 1 << " [len=1.4];\n";
      return;
    }
    // A self-loop is two arcs to a point, for which neato finds room as it does for legs.
    ++loop;
    for (int arc = 0; arc < 2; ++arc) out << "  v" << i + 1 << " -- l" << loop << " [len=0.9];\n";
  });
  out << "}\n";
  return out.str();
}

std::vector<std::string> diagram_names(const std::vector<Diagram>& diagrams) {
  std::vector<std::string> names;
  std::map<std::pair<int, int>, int> counts;
  for (const Diagram& diagram : diagrams)
    names.push_back("order" + std::to_string(diagram.order()) + "_legs" + std::to_string(diagram.external_legs()) + "_" +
                    std::to_string(++counts[{diagram.order(), diagram.external_legs()}]));
  return names;
}

}  // namespace nnft
