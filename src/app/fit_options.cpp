#include "app/fit_options.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include "app/command.hpp"
#include "app/option_reader.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft::app {
namespace {

constexpr double largest = std::numeric_limits<double>::max();
constexpr int most_order = 20;
constexpr int most_cuts = 1000;

/// Tuples of sites, or single sources, separated by ';'.
Complaints read_tuple_list(std::string_view text, std::vector<std::vector<int>>& tuples) {
  while (!text.empty()) {
    const std::size_t end = text.find(';');
    std::vector<int> tuple;
    Complaints complaints = read_whole_list(text.substr(0, end), {0, 1'000'000}, tuple);
    if (complaints.empty() && tuple.empty()) complaints = {"a tuple without sites"};
    if (!complaints.empty()) return complaints;
    if (std::find(tuples.begin(), tuples.end(), tuple) == tuples.end()) tuples.push_back(std::move(tuple));
    text = end == std::string_view::npos ? "" : text.substr(end + 1);
  }
  return {};
}

void read_number_option(OptionReader& options, const std::string& name, double least, double& value) {
  options.read(name, "a number" + std::string(least == 0.0 ? " >= 0" : ""),
               [&](const std::string& text) { return read_number(text, least, largest, Ends::closed, value); });
}

void read_powers(OptionReader& options, const std::string& name, std::vector<int>& orders) {
  options.read(name, "powers from 0 to " + std::to_string(most_order) + ", such as '1 2 3'",
               [&](const std::string& text) -> Complaints {
                 Complaints complaints = read_whole_list(text, {0, most_order}, orders);
                 std::sort(orders.begin(), orders.end());
                 orders.erase(std::unique(orders.begin(), orders.end()), orders.end());
                 if (complaints.empty() && orders.empty()) complaints = {"''"};
                 return complaints;
               });
}

void read_series(OptionReader& options, FitRequest& request) {
  options.read("--variable", "a name", [&](const std::string& text) -> Complaints {
    request.variable = text;
    return text.empty() ? Complaints{"''"} : Complaints{};
  });
  options.read("--in", "width, strength or both", [&](const std::string& text) -> Complaints {
    if (text == "width") request.direction = FitDirection::width;
    if (text == "strength") request.direction = FitDirection::strength;
    if (text == "both") request.direction = FitDirection::both;
    return request.direction ? Complaints{} : Complaints{"'" + text + "'"};
  });
  read_powers(options, "--order", request.orders);
  read_powers(options, "--order-strength", request.strength_orders);
  options.read("--leading-power", "a number >= 0 or free", [&](const std::string& text) -> Complaints {
    request.free_exponent = text == "free";
    double power = 0.0;
    if (request.free_exponent) return {};
    const Complaints complaints = read_number(text, 0.0, largest, Ends::closed, power);
    request.leading_power = power;
    return complaints;
  });
}

void read_data(OptionReader& options, FitRequest& request) {
  read_number_option(options, "--min-width", 0.0, request.width.least);
  read_number_option(options, "--max-width", 0.0, request.width.most);
  read_number_option(options, "--min-strength", -largest, request.strength.least);
  read_number_option(options, "--max-strength", -largest, request.strength.most);
  options.read("--tuples", "sites of tuples separated by ';', or sources",
               [&](const std::string& text) { return read_tuple_list(text, request.tuples); });
  options.read("--axis", "a name", [&](const std::string& text) -> Complaints {
    request.axis = text;
    return {};
  });
  options.read("--cuts", "a whole number", [&](const std::string& text) {
    return read_whole(text, {0, static_cast<std::uint64_t>(most_cuts)}, request.most_cuts);
  });
}

void read_regulator(OptionReader& options, const Arguments& arguments, FitRequest& request) {
  const auto share = [&](RegulatorKind kind) {
    return [&request, kind](const std::string& text) -> Complaints {
      if (kind == RegulatorKind::shrinkage && text == "auto") {
        request.optimal_shrinkage = true;
        return {};
      }
      request.regulator = Regulator{kind, 0.0};
      return read_number(text, 0.0, 1.0, Ends::closed, request.regulator->value);
    };
  };
  options.read("--svd-cut", "a number from 0 to 1", share(RegulatorKind::svd_cut));
  options.read("--shrinkage", "a number from 0 to 1 or auto", share(RegulatorKind::shrinkage));
  if (arguments.options.contains("--svd-cut") && arguments.options.contains("--shrinkage"))
    options.refuse("expected --svd-cut or --shrinkage, got both");
}

}  // namespace

FitCommand parse_fit_command(const std::vector<std::string>& words) {
  const Arguments arguments = parse_arguments(
      words, {{"--all", "--points", "--jackknife", "--fresh"},
              {"--variable", "--in", "--order", "--order-strength", "--leading-power", "--min-width", "--max-width",
               "--min-strength", "--max-strength", "--tuples", "--axis", "--cuts", "--svd-cut", "--shrinkage"}});
  OptionReader options("fit", arguments);
  FitCommand command;
  command.whole = arguments.whole;
  if (arguments.positional.size() != 1)
    options.refuse("expected one result file, got " + std::to_string(arguments.positional.size()));
  else
    command.file = arguments.positional.front();
  for (const auto& [key, value] : arguments.overrides)
    if (key == "run.output")
      command.output = value;
    else
      options.refuse("--" + key + ": not an option of nnft fit");
  read_series(options, command.request);
  read_data(options, command.request);
  read_regulator(options, arguments, command.request);
  options.finish();
  command.request.leave_one_out = arguments.flags.contains("--jackknife");
  if (arguments.flags.contains("--all")) command.length = TableLength::all;
  if (arguments.flags.contains("--points")) command.points = PointTable::pulls;
  command.fresh = arguments.flags.contains("--fresh");
  return command;
}

}  // namespace nnft::app
