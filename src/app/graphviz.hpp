#pragma once
/// @file Pictures of diagrams by Graphviz.

#include <string>
#include <vector>

#include "nnft/action/diagram.hpp"

namespace nnft::app {

/// Writes DIRECTORY/NAME.dot for every diagram and lets Graphviz's `neato`, where it is installed, draw NAME.svg beside it. Makes
/// the directory. Returns a line that says what there is now. Not collective. @throws IoError.
std::string draw_diagrams(const std::vector<Diagram>& diagrams, bool derivatives, const std::string& directory);

}  // namespace nnft::app
