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
      part_(plan.part()),
      config_(config.resolved()),
      identity_(identity_of_part(config, plan.part())),
      layout_(plan.layout()),
      blocks_(plan.blocks()),
      slice_(plan.slice()),
      done_(plan.points().size(), 0) {
  refuse_directory();
  if (start == Start::resume)
    find_sources();
  else
    remove();
}

void Checkpoint::refuse_directory() const {
  run_agreed<IoError>(comm_, [&] {
    std::error_code ignored;
    if (comm_.root() && fs::is_directory(output_, ignored)) throw IoError(output_ + ": is a directory");
  });
}

void Checkpoint::find_sources() {
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
  names = comm_.broadcast(names);
  std::istringstream lines(names);
  std::optional<CheckpointSource> running;
  for (std::string path; std::getline(lines, path);) {
    const bool generation_file = fs::path(path).filename().string().starts_with("running.");
    try {
      run_agreed<IoError>(comm_, [&] { validate_checkpoint(path, comm_.rank(), comm_.size()); });
      CheckpointSource source = inspect_checkpoint(path, blocks_, slice_);
      require_same_run(source);
      if (!generation_file)
        add_source(std::move(source));
      else if (!running || running->sequence < source.sequence)
        running = std::move(source);
    } catch (const IoError& error) {
      if (!generation_file) throw;
      if (comm_.root())
        std::fprintf(stderr, "nnft: %s\nnft: this generation is passed over; the work since the one before it is done again\n",
                     error.what());
    }
  }
  if (running) {
    sequence_ = running->sequence;
    add_source(std::move(*running));
  }
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
  simd_ = parse_simd_path(source.simd);
  has_result_ = has_result_ || source.result;
  bool adds = false;
  for (std::uint64_t p = source.points.begin; p < source.points.end; ++p)
    adds = adds || source.done.at(p - source.points.begin) > done_.at(p);
  if (!adds) return;
  for (std::uint64_t p = source.points.begin; p < source.points.end; ++p)
    done_[p] = std::max(done_[p], source.done[p - source.points.begin]);
  sources_.push_back(std::move(source));
}

void Checkpoint::load(const Range& points, BlockStore& store) const {
  for (std::uint64_t p = points.begin; p < points.end; ++p) {
    if (done_[p] == 0) continue;
    // The source that has come furthest with this point.
    const auto source = std::find_if(sources_.begin(), sources_.end(), [&](const CheckpointSource& s) {
      return s.points.begin <= p && p < s.points.end && s.done[p - s.points.begin] == done_[p];
    });
    run_agreed<IoError>(comm_, [&] {
      const Range owned = store.owned_blocks(p - points.begin);
      if (owned.size() == 0) return;
      for (auto& [block, node] : read_subtrees(*source, layout_, p, owned))
        store.deposit_owned(p - points.begin, block, std::move(node));
      for (std::uint64_t b = owned.begin; b < owned.end; ++b) {
        const std::uint64_t expected = done_[p] / blocks_ + (b < done_[p] % blocks_ ? 1 : 0);
        const std::uint64_t found = store.tree((p - points.begin) * blocks_ + b).slices();
        if (found != expected)
          throw IoError(source->path + ": scan point " + std::to_string(p) + ", block " + std::to_string(b) + ": expected " +
                        std::to_string(expected) + " slices, got " + std::to_string(found));
      }
    });
  }
}

void Checkpoint::save_running(const Range& points, const std::vector<std::uint64_t>& done, const BlockStore& store, SimdPath path,
                              double seconds_left) {
  ++sequence_;
  write_checkpoint(comm_, directory_ + "/" + generation(sequence_),
                   {points, done, sequence_, path, identity_, part_, config_, seconds_left}, store);
}

void Checkpoint::save_finished(const Range& points, const std::vector<std::uint64_t>& done, const BlockStore& store,
                               SimdPath path, double seconds_left) {
  const std::string name = "points." + std::to_string(points.begin) + "-" + std::to_string(points.end - 1) + ".h5";
  write_checkpoint(comm_, directory_ + "/" + name, {points, done, 0, path, identity_, part_, config_, seconds_left}, store);
  CheckpointSource source{directory_ + "/" + name, blocks_, points, done, 0, false, std::string(to_string(path)), identity_};
  add_source(std::move(source));
}

void Checkpoint::create_directory() const {
  run_agreed<IoError>(comm_, [&] {
    std::error_code failure;
    if (comm_.root() && !fs::is_directory(directory_) && !fs::create_directory(directory_, failure))
      throw IoError(directory_ + ": cannot be created: " + failure.message());
  });
}

void Checkpoint::remove() {
  run_agreed<IoError>(comm_, [&] {
    std::error_code failure;
    if (comm_.root()) fs::remove_all(directory_, failure);
    if (failure) throw IoError(directory_ + ": cannot be removed: " + failure.message());
  });
}

}  // namespace nnft
