#pragma once
/// @file Diagrams for people: a line each, and Graphviz graphs.

#include <string>
#include <vector>

#include "nnft/action/diagram.hpp"

namespace nnft {

/// "G4 G6" of the vertices; a vertex of a derivative has a prime for each power of the strength.
std::string vertices_text(const Diagram& diagram, bool derivatives);

/// "1-1 1-2 1-2": the vertices that each propagator joins, numbered from 1 in the order of vertices_text; "none".
std::string propagators_text(const Diagram& diagram);

/// The factor of the diagram in S, (−1)^{E+1}/|Aut| for E propagators: "-1/24".
std::string action_factor_text(const Diagram& diagram);

/// A table with a line for each diagram: order, external legs, vertices, propagators, symmetry factor, factor in S; then for each
/// order and number of legs how many there are and the sum of their inverse symmetry factors.
std::string diagram_table(const std::vector<Diagram>& diagrams, bool derivatives);

/// A graph for Graphviz (neato): vertices are circles, external legs end in points, propagators are edges.
std::string diagram_dot(const Diagram& diagram, bool derivatives);

/// "order2_legs4_1", …: a name for each, in order.
std::vector<std::string> diagram_names(const std::vector<Diagram>& diagrams);

}  // namespace nnft
