#include "app/action_options.hpp"

#include "app/command.hpp"
#include "app/option_reader.hpp"
#include "nnft/run/config_values.hpp"

namespace nnft::app {
namespace {

void read_request(OptionReader& options, ActionRequest& request) {
  options.read("--order", "a whole number from 0 to " + std::to_string(most_action_order), [&](const std::string& text) {
    return read_whole(text, {0, static_cast<std::uint64_t>(most_action_order)}, request.order.emplace());
  });
  options.read("--in", "width or strength", [&](const std::string& text) -> Complaints {
    request.expansion = text == "strength" ? ActionExpansion::strength : ActionExpansion::width;
    return text == "width" || text == "strength" ? Complaints{} : Complaints{"'" + text + "'"};
  });
  options.read("--axis", "a name", [&](const std::string& text) -> Complaints {
    request.axis = text;
    return {};
  });
  options.read("--sites", "numbers of sites, such as '0 2'", [&](const std::string& text) -> Complaints {
    Complaints complaints = read_whole_list(text, {0, 1'000'000}, request.sites);
    if (complaints.empty() && request.sites.empty()) complaints = {"''"};
    return complaints;
  });
}

void read_regulator(OptionReader& options, const Arguments& arguments, ModeRegulator& regulator) {
  const auto share = [&](ModeRegulatorKind kind) {
    return [&regulator, kind](const std::string& text) -> Complaints {
      regulator.kind = kind;
      return read_number(text, 0.0, 1.0, Ends::open, regulator.value);
    };
  };
  options.read("--modes-above", "a number between 0 and 1", share(ModeRegulatorKind::modes_above));
  options.read("--noise", "a number between 0 and 1", share(ModeRegulatorKind::noise));
  if (arguments.options.contains("--modes-above") && arguments.options.contains("--noise"))
    options.refuse("expected --modes-above or --noise, got both");
}

}  // namespace

ActionCommand parse_action_command(const std::vector<std::string>& words) {
  const Arguments arguments =
      parse_arguments(words, {{"--diagrams", "--all", "--fresh"},
                              {"--order", "--in", "--axis", "--sites", "--modes-above", "--noise", "--pictures", "--density"}});
  OptionReader options(arguments, "action");
  ActionCommand command;
  command.whole = arguments.whole;
  command.diagrams = arguments.flags.contains("--diagrams");
  if (!command.diagrams || !arguments.positional.empty()) command.file = options.one_file("result file");
  command.output = options.output();
  options.read("--pictures", "a directory", [&](const std::string& text) { return read_path(text, command.pictures); });
  options.read("--density", "sites, or pairs of sites, separated by ';', such as '0; 0 1'",
               [&](const std::string& text) -> Complaints {
                 Complaints complaints = read_tuple_list(text, command.densities);
                 if (complaints.empty() && command.densities.empty()) complaints = {"''"};
                 return complaints;
               });
  read_request(options, command.request);
  read_regulator(options, arguments, command.request.regulator);
  if (!command.pictures.empty() && !command.diagrams) options.refuse("--pictures: expected with --diagrams");
  if (arguments.positional.empty() && !command.output.empty()) options.refuse("-o: expected with a result file");
  options.finish();
  if (arguments.flags.contains("--all")) command.length = TableLength::all;
  command.fresh = arguments.flags.contains("--fresh");
  return command;
}

}  // namespace nnft::app
