#pragma once
// A config whose layout fits one_node_theory.hpp.
#include <string>

#include "nnft/run/config.hpp"

namespace nnft::test {

/// A config of this theory's shape. @param method of [sampling].
inline Config one_node_config(const std::string& more = "", const std::string& method = "neuron-refresh",
                              const std::string& points = "0.5; 0.9") {
  return parse_config("[field]\narchitecture = free-scalar\nwidth = 8\nmass = 1\ncutoff = 8\n[sites]\npoints = " + points +
                          "\n[deformation]\nkind = field-operator\nstrength = 10\nbox = 1\nnodes = 1\n[sampling]\nmethod = " +
                          method + "\n[run]\nnetworks = 1\nblocks = 64\nslice = 64\n" + more,
                      "one_node.ini", {});
}

}  // namespace nnft::test
