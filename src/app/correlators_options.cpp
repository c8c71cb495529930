#include "app/correlators_options.hpp"

#include <algorithm>
#include <limits>

#include "app/option_reader.hpp"
#include "nnft/core/format.hpp"

namespace nnft::app {
namespace {

constexpr std::uint64_t most_blocks = 1 << 16;  // chains have 20 bits of a counter
constexpr std::uint64_t most_draws = 1'000'000'000'000;
constexpr std::uint64_t most_samples = std::numeric_limits<std::int32_t>::max();  // of a chain
constexpr double most_table_bytes = 2147483648.0;

void read_options(OptionReader& options, CorrelatorsCommand& command) {
  options.read("--draw", "a whole number from 1 to 1e12", [&](const std::string& text) {
    std::uint64_t draws = 0;
    const Complaints complaints = read_whole(text, {1, most_draws}, draws);
    command.draws = draws;
    return complaints;
  });
  options.read("--order", "a power from 0 to 20", [&](const std::string& text) {
    int order = 0;
    const Complaints complaints = read_whole(text, {0, 20}, order);
    command.order = order;
    return complaints;
  });
  options.read("--at", "a number", [&](const std::string& text) {
    constexpr double largest = std::numeric_limits<double>::max();
    double strength = 0.0;
    const Complaints complaints = read_number(text, -largest, largest, Ends::closed, strength);
    command.strength = strength;
    return complaints;
  });
  options.read("--orders", "some of 2 4 6 8", [&](const std::string& text) { return read_orders(text, command.measured); });
  options.read("--blocks", "a whole number from 2 to " + std::to_string(most_blocks), [&](const std::string& text) {
    return read_whole(text, {2, most_blocks}, command.blocks);
  });
  options.read("--seed", "a whole number", [&](const std::string& text) {
    return read_whole(text, {0, std::numeric_limits<std::uint64_t>::max()}, command.seed);
  });
}

/// 2, 4, … as far as the file has correlators without gaps; 2 and 4 if it has none.
std::vector<int> orders_of(const StoredAction& stored) {
  std::vector<int> orders;
  for (const int order : stored.correlator_orders()) {
    if (order != 2 * (static_cast<int>(orders.size()) + 1)) break;
    orders.push_back(order);
  }
  return orders.empty() ? std::vector<int>{2, 4} : orders;
}

void check_table(const DrawRequest& request, int sites) {
  double columns = 0.0;
  for (const int order : request.measured) columns += static_cast<double>(PackedIndex::count(sites, order));
  const double bytes = columns * static_cast<double>(request.blocks) * sizeof(double);
  if (bytes > most_table_bytes)
    throw UsageError("the sums of orders up to " + std::to_string(request.measured.back()) + " of " + std::to_string(sites) +
                     " sites in " + std::to_string(request.blocks) + " blocks take " + format_bytes(bytes) +
                     ", expected at most " + format_bytes(most_table_bytes) + ": fewer --orders or --blocks");
}

}  // namespace

CorrelatorsCommand parse_correlators_command(const std::vector<std::string>& words) {
  const Arguments arguments =
      parse_arguments(words, {{"--all", "--fresh"}, {"--draw", "--order", "--at", "--orders", "--blocks", "--seed"}});
  OptionReader options(arguments, "correlators");
  CorrelatorsCommand command;
  command.whole = arguments.whole;
  command.file = options.one_file("file of couplings");
  command.output = options.output();
  read_options(options, command);
  options.finish();
  if (command.draws && *command.draws / command.blocks >= most_samples)
    throw UsageError("nnft correlators: --draw: expected at most " + std::to_string(most_samples) + " draws in a block, got " +
                     std::to_string(*command.draws / command.blocks));
  if (arguments.flags.contains("--all")) command.length = TableLength::all;
  command.fresh = arguments.flags.contains("--fresh");
  return command;
}

DrawRequest draw_request(const CorrelatorsCommand& command, const StoredAction& stored) {
  DrawRequest request;
  request.draws = command.draws.value();
  request.blocks = command.blocks;
  request.seed = command.seed;
  request.order = command.order.value_or(stored.orders() - 1);
  if (request.order >= stored.orders())
    throw UsageError("--order: expected an order that the file has, 0 to " + std::to_string(stored.orders() - 1) + ", got " +
                     std::to_string(request.order));
  if (command.strength && !stored.expanded_in_strength())
    throw UsageError("--at: the couplings are expanded in 1/N and have its powers in them, not in a strength");
  if (!command.strength && stored.expanded_in_strength() && request.order > 0)
    throw UsageError("expected --at x, the value of " + stored.expanded_in() +
                     ", whose powers the couplings are coefficients of");
  request.strength = command.strength.value_or(0.0);
  request.measured = command.measured.empty() ? orders_of(stored) : command.measured;
  check_table(request, stored.sites());
  return request;
}

}  // namespace nnft::app
