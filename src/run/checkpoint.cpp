#include "nnft/run/checkpoint.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <sstream>
#include <system_error>
#include <utility>

#include "nnft/core/error.hpp"
#include "nnft/parallel/agreement.hpp"
#include "nnft/random/stream.hpp"
#include "nnft/run/checkpoint_file.hpp"

namespace nnft {
namespace {

namespace fs = std::filesystem;

std::map<std::string, std::string> keys_of(const std::string& identity) {
  std::map<std::string, std::string> keys;
  std::istringstream lines(identity);
  std::string section;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[")) section = line.substr(1, line.find(']') - 1);
    const std::size_t equals = line.find(" = ");
    if (equals != std::string::npos) keys[section + "." + line.substr(0, equals)] = line.substr(equals + 3);
  }
  return keys;
}

std::string generation(std::uint64_t sequence) { return "running." + std::to_string(sequence % 2) + ".h5"; }

}  // namespace

std::string differing_keys(const std::string& there, const std::string& here) {
  std::map<std::string, std::string> left = keys_of(there), right = keys_of(here);
  std::string text;
  for (const auto& [key, value] : left)
    if (right[key] != value) text += "\n  " + key + ": there '" + value + "', here '" + right[key] + "'";
  for (const auto& [key, value] : right)
    if (!left.contains(key)) text += "\n  " + key + ": there nothing, here '" + value + "'";
  return text;
}

Checkpoint::Checkpoint(const Communicator& comm, const Config& config, const Plan& plan, Start start)
    : comm_(comm),
      output_(config.run.output),
      directory_(config.run.output + ".part"),
      lock_(comm, directory_),
      part_(plan.part()),
      config_(config.resolved()),
      identity_(identity_of_part(config, plan.part())),
      layout_(plan.sums()),
      blocks_(plan.blocks()),
      slice_(plan.slice()),
      done_(plan.points().size(), 0) {
  refuse_directory();
  if (start == Start::resume)
    find_sources();
  else
    clear();
}

void Checkpoint::refuse_directory() const {
  run_agreed<IoError>(comm_, [&] {
    std::error_code ignored;
    if (comm_.root() && fs::is_directory(output_, ignored)) throw IoError(output_ + ": is a directory");
  });
}

void Checkpoint::find_sources() {
  std::optional<CheckpointSource> running;
  std::string damaged;
  for (const std::string& path : list_files()) {
    const bool generation_file = fs::path(path).filename().string().starts_with("running.");
    require_readable_version(path);
    try {
      CheckpointSource source;
      run_agreed<IoError>(comm_, [&] {
        validate_checkpoint(path, comm_.rank(), comm_.size());
        source = inspect_checkpoint(path, blocks_, slice_);
      });
      require_same_run(source);
      if (!generation_file)
        add_source(std::move(source));
      else if (!running || running->sequence < source.sequence)
        running = std::move(source);
    } catch (const IoError& error) {
      if (!generation_file) throw;
      damaged += (damaged.empty() ? "" : "\nnnft: ") + std::string(error.what());
    }
  }
  if (!damaged.empty() && !running)
    throw IoError(damaged + "\nnnft: " + directory_ + ": no sound generation of the running round is left; --fresh starts over");
  if (!damaged.empty() && comm_.root())
    std::fprintf(stderr, "nnft: %s\nnnft: this generation is passed over; the work since the one before it is done again\n",
                 damaged.c_str());
  if (running) {
    sequence_ = running->sequence;
    add_source(std::move(*running));
  }
}

std::vector<std::string> Checkpoint::list_files() const {
  // The root looks; its list of files is everybody's.
  std::string names;
  run_agreed<IoError>(comm_, [&] {
    if (!comm_.root()) return;
    std::vector<std::string> found;
    std::error_code ignored;
    if (fs::exists(output_, ignored)) found.push_back(output_);
    if (fs::is_directory(directory_, ignored))
      for (const fs::directory_entry& entry : fs::directory_iterator(directory_))
        if (entry.path().extension() == ".h5") found.push_back(entry.path().string());
    std::sort(found.begin(), found.end());
    for (const std::string& name : found) names += name + "\n";
  });
  std::istringstream lines(comm_.broadcast(names));
  std::vector<std::string> files;
  for (std::string path; std::getline(lines, path);) files.push_back(path);
  return files;
}

void Checkpoint::require_readable_version(const std::string& path) const {
  run_agreed<UsageError>(comm_, [&] {
    if (!comm_.root()) return;
    try {
      const std::string rng = ResultReader(path).provenance("rng");
      if (rng != random_stream_version)
        throw VersionError(path + ": has random numbers of version " + rng + "; this program draws version " +
                           random_stream_version);
    } catch (const VersionError& error) {
      throw UsageError(std::string(error.what()) + "; go on with the program that wrote it, or --fresh starts over");
    } catch (const IoError&) {
      // Damage is for validate_checkpoint to find.
    }
  });
}

void Checkpoint::require_same_run(const CheckpointSource& source) const {
  const std::string differences = differing_keys(source.identity, identity_);
  if (!differences.empty())
    throw UsageError(source.path + ": belongs to another run; --fresh starts over. Keys that differ:" + differences);
  if (simd_ && to_string(*simd_) != source.simd)
    throw UsageError(source.path + ": was made with " + source.simd + " kernels, other files of this run with " +
                     std::string(to_string(*simd_)) + "; --fresh starts over");
}

void Checkpoint::add_source(CheckpointSource source) {
  if (source.done.empty() || source.points.end > done_.size())
    throw IoError(source.path + ": expected some of the " + std::to_string(done_.size()) + " scan points of the run, got " +
                  std::to_string(source.done.size()) + " from " + std::to_string(source.points.begin) + " on");
  simd_ = parse_simd_path(source.simd);
  if (source.result) slices_in_result_ = *std::min_element(source.done.begin(), source.done.end());
  core_seconds_ = std::max(core_seconds_, source.core_seconds);
  bool adds = false;
  for (std::uint64_t p = source.points.begin; p < source.points.end; ++p)
    adds = adds || source.done.at(p - source.points.begin) > done_.at(p);
  if (!adds) return;
  for (std::uint64_t p = source.points.begin; p < source.points.end; ++p)
    done_[p] = std::max(done_[p], source.done[p - source.points.begin]);
  sources_.push_back(std::move(source));
}

bool Checkpoint::result_holds(std::uint64_t slices) const noexcept { return slices_in_result_ && *slices_in_result_ >= slices; }

const CheckpointSource& Checkpoint::source_of(std::uint64_t point) const {
  // The source that has come furthest with this point.
  return *std::find_if(sources_.begin(), sources_.end(), [&](const CheckpointSource& s) {
    return s.points.begin <= point && point < s.points.end && s.done[point - s.points.begin] == done_[point];
  });
}

void Checkpoint::load(const Range& points, BlockStore& store) const {
  if (sources_.empty()) return;
  store.fill([&](std::uint64_t p, const Range& blocks) {
    const std::uint64_t point = points.begin + p;
    return done_[point] > 0 ? read_subtrees(source_of(point), layout_, point, blocks) : BlockStore::Subtrees();
  });
  run_agreed<IoError>(comm_, [&] {
    for (std::uint64_t p = points.begin; p < points.end; ++p) {
      const Range owned = store.owned_blocks(p - points.begin);
      for (std::uint64_t b = owned.begin; b < owned.end; ++b) {
        const std::uint64_t expected = done_[p] / blocks_ + (b < done_[p] % blocks_ ? 1 : 0);
        const std::uint64_t found = store.tree(p - points.begin, b).slices();
        if (found != expected)
          throw IoError(source_of(p).path + ": scan point " + std::to_string(p) + ", block " + std::to_string(b) + ": expected " +
                        std::to_string(expected) + " slices, got " + std::to_string(found));
      }
    }
  });
}

void Checkpoint::save_running(const Range& points, const std::vector<std::uint64_t>& done, const BlockStore& store, SimdPath path,
                              const RunClock& clock) {
  ++sequence_;
  write_checkpoint(comm_, directory_ + "/" + generation(sequence_),
                   {points, done, sequence_, path, identity_, part_, config_, clock.seconds_left, clock.core_seconds}, store);
}

void Checkpoint::save_finished(const Range& points, const std::vector<std::uint64_t>& done, const BlockStore& store,
                               SimdPath path, const RunClock& clock) {
  const std::string name = "points." + std::to_string(points.begin) + "-" + std::to_string(points.end - 1) + ".h5";
  write_checkpoint(comm_, directory_ + "/" + name,
                   {points, done, 0, path, identity_, part_, config_, clock.seconds_left, clock.core_seconds}, store);
  add_source({directory_ + "/" + name, blocks_, points, done, 0, false, std::string(to_string(path)), identity_, 0.0});
}

void Checkpoint::clear() { lock_.clear_directory(); }

}  // namespace nnft
