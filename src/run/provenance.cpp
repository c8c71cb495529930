#include "nnft/run/provenance.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "nnft/core/build_info.hpp"
#include "nnft/core/sha256.hpp"
#include "nnft/io/library_version.hpp"
#include "nnft/random/stream.hpp"

namespace nnft {
namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "unknown";
}

/// "n1*4 n2*4": hosts in order of their first rank, with the ranks on each.
std::string host_list(const Communicator& comm) {
  std::vector<std::pair<std::string, int>> hosts;
  for (const std::string& host : comm.gather(host_name())) {
    if (hosts.empty() || hosts.back().first != host)
      hosts.emplace_back(host, 1);
    else
      ++hosts.back().second;
  }
  std::string text;
  for (const auto& [host, ranks] : hosts) text += (text.empty() ? "" : " ") + host + "*" + std::to_string(ranks);
  return text;
}

/// @param of_config what is recorded about a config, if there is one.
TextPairs provenance_with(const Communicator& comm, const TextPairs& of_config, SimdPath path, const std::string& command) {
  const BuildInfo& build = build_info();
  TextPairs entries = {{"format_version", result_format_version},
                       {"nnft_version", build.version},
                       {"git_revision", build.git_revision},
                       {"compiler", build.compiler + ", " + build.build_type},
                       {"mpi", mpi_library_version()},
                       {"hdf5", hdf5_library_version()},
                       {"simd", std::string(to_string(path))},
                       {"rng", random_stream_version}};
  entries.insert(entries.end(), of_config.begin(), of_config.end());
  entries.emplace_back("command", command);
  entries.emplace_back("hosts", host_list(comm));
  entries.emplace_back("ranks", std::to_string(comm.size()));
  for (const char* name : {"SLURM_JOB_ID", "SLURM_ARRAY_JOB_ID", "SLURM_ARRAY_TASK_ID", "SLURM_RESTART_COUNT"})
    if (const char* value = std::getenv(name)) {
      std::string key = name;
      for (char& c : key) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
      entries.emplace_back(key, value);
    }
  entries.emplace_back("start", utc_now());
  return entries;
}

}  // namespace

std::string utc_now() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  std::array<char, 32> text{};
  if (gmtime_r(&now, &utc) == nullptr || std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
    throw Error("the clock's " + std::to_string(now) + " s since 1970 are no date");
  return text.data();
}

std::string program_version() { return "nnft " + build_info().version + " (" + build_info().git_revision + ")"; }

TextPairs start_provenance(const Communicator& comm, const Config& config, SimdPath path, const std::string& command) {
  return provenance_with(comm,
                         {{"config", config.resolved()},
                          {"config_sha256", sha256_hex(config.resolved())},
                          {"identity_sha256", sha256_hex(config.identity())}},
                         path, command);
}

TextPairs start_provenance(const Communicator& comm, SimdPath path, const std::string& command) {
  return provenance_with(comm, {}, path, command);
}

TextPairs end_provenance(const Communicator& comm, const Plan& plan, double core_seconds) {
  struct rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) != 0) usage = {};                 // then the peak is unknown, and 0 is recorded
  const double peak = comm.max(static_cast<double>(usage.ru_maxrss));  // in KiB
  std::array<char, 32> core_hours{};
  std::snprintf(core_hours.data(), core_hours.size(), "%.6g", core_seconds / 3600.0);
  return {{"networks", std::to_string(plan.networks())},
          {"end", utc_now()},
          {"core_hours", core_hours.data()},
          {"peak_memory", std::to_string(static_cast<std::uint64_t>(peak) * 1024)}};
}

}  // namespace nnft
