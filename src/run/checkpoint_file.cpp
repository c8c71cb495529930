#include "nnft/run/checkpoint_file.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <numeric>
#include <optional>

#include "nnft/core/error.hpp"
#include "nnft/io/result_file.hpp"
#include "nnft/random/stream.hpp"
#include "nnft/run/config.hpp"
#include "nnft/run/point_variables.hpp"
#include "nnft/run/provenance.hpp"

namespace nnft {
namespace {

using TextPairs = std::vector<std::pair<std::string, std::string>>;

/// Rows that are read or written at a time: about 32 MiB.
std::uint64_t rows_at_a_time(std::uint64_t moments) { return std::max<std::uint64_t>(1, (1u << 22) / moments); }

Schema checkpoint_schema(const CheckpointHeader& header, std::uint64_t subtrees, int moments, int ranks) {
  Schema schema;
  schema.dimensions = {{"subtree", counting(subtrees), "finished subtree of a block"},
                       {"moment", counting(moments), "monomial"},
                       {"point", counting(header.points.size()), "scan point of this file"}};
  const auto add = [&](const char* name, const char* long_name) {
    schema.variables.push_back({name, {"subtree"}, ElementType::int64, long_name, "", {}});
  };
  schema.variables.push_back({"slices_done",
                              {"point"},
                              ElementType::int64,
                              "slices of each scan point that are done",
                              "",
                              std::vector<std::int64_t>(header.done.begin(), header.done.end())});
  add("entry", "scan point of the run times blocks plus block");
  add("level", "base-2 logarithm of the slices in the subtree");
  add("index", "place of the subtree among those of its level");
  schema.variables.push_back({"sums", {"subtree", "moment"}, ElementType::float64, "sums of the monomials", "", {}});
  schema.attributes = {{"nnft_format", result_format_version}, {"title", "Checkpoint"}, {"kind", "checkpoint"}};
  schema.provenance = {{"identity", header.identity},
                       {"simd", std::string(to_string(header.simd))},
                       {"rng", random_stream_version},
                       {"first_point", std::to_string(header.points.begin)},
                       {"sequence", std::to_string(header.sequence)},
                       {"part", to_string(header.part)},
                       {"config", header.config},
                       {"saved", utc_now()},
                       {"ranks", std::to_string(ranks)},
                       {"seconds_left", std::to_string(header.seconds_left)},
                       {"core_seconds", std::to_string(header.core_seconds)}};
  return schema;
}

/// Consecutive rows of a file.
struct RowRun {
  std::uint64_t place;
  std::uint64_t rows;
};

/// This rank's subtrees in order of entries. Between those of one scan point and the next lie other ranks'.
struct Rows {
  std::vector<std::int64_t> entry, level, index;
  std::vector<const SumNode*> nodes;
  std::vector<RowRun> runs;
  std::uint64_t all = 0;  ///< of all ranks
};

/// Where a rank's rows stand follows from how many slices are done, without asking the others.
Rows rows_of(const BlockStore& store, const CheckpointHeader& header) {
  Rows rows;
  for (std::uint64_t p = 0; p < store.points(); ++p) {
    const auto subtrees = [&, done = header.done[p]](std::uint64_t block) {
      return static_cast<std::uint64_t>(std::popcount(done / store.blocks() + (block < done % store.blocks() ? 1 : 0)));
    };
    const Range mine = store.owned_blocks(p);
    for (std::uint64_t block = 0; block < mine.begin; ++block) rows.all += subtrees(block);
    rows.runs.push_back({rows.all, 0});
    for (std::uint64_t block = mine.begin; block < mine.end; ++block) {
      const std::vector<SumNode>& nodes = store.tree(p, block).nodes();
      if (nodes.size() != subtrees(block)) throw Error("checkpoint: a block has slices other than the first ones");
      for (const SumNode& node : nodes) {
        rows.entry.push_back(static_cast<std::int64_t>((header.points.begin + p) * store.blocks() + block));
        rows.level.push_back(node.level);
        rows.index.push_back(static_cast<std::int64_t>(node.index));
        rows.nodes.push_back(&node);
      }
      rows.runs.back().rows += nodes.size();
    }
    rows.all += rows.runs.back().rows;
    for (std::uint64_t block = mine.end; block < store.blocks(); ++block) rows.all += subtrees(block);
  }
  return rows;
}

/// Where rows [begin, end) of a rank stand in a dataset that has `columns` columns, or none.
std::vector<Hyperslab> places_of(const Rows& rows, const Range& part, std::optional<std::uint64_t> columns) {
  std::vector<Hyperslab> places;
  std::uint64_t before = 0;
  for (const RowRun& run : rows.runs) {
    const std::uint64_t begin = std::clamp(part.begin, before, before + run.rows) - before;
    const std::uint64_t end = std::clamp(part.end, before, before + run.rows) - before;
    before += run.rows;
    if (begin == end) continue;
    places.push_back({{run.place + begin}, {end - begin}});
    if (columns) {
      places.back().offset.push_back(0);
      places.back().count.push_back(*columns);
    }
  }
  return places;
}

std::uint64_t number(const ResultReader& file, const std::string& path, const std::string& name) {
  const std::string text = file.provenance(name);
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size())
    throw IoError(path + ": " + name + ": expected a whole number, got '" + text + "'");
  return value;
}

/// Scan points, slices of one, blocks times points: below it sums of them do not overflow.
constexpr std::int64_t most_of_anything = std::int64_t{1} << 52;

/// @throws IoError unless 0 <= value <= most.
void require_range(const std::string& where, std::int64_t value, std::int64_t most) {
  if (value < 0 || value > most)
    throw IoError(where + ": expected a number from 0 to " + std::to_string(most) + ", got " + std::to_string(value));
}

/// Slices of all blocks of each scan point of a complete result.
std::vector<std::uint64_t> slices_of_result(const ResultReader& file, const std::string& path, std::uint64_t slice) {
  const std::vector<std::int64_t> counts = file.read_int("count");
  const std::uint64_t blocks = file.shape("block").front();
  if (blocks == 0 || counts.size() % blocks != 0)
    throw IoError(path + ": count: expected numbers of networks in " + std::to_string(blocks) + " blocks, got " +
                  std::to_string(counts.size()));
  std::vector<std::uint64_t> done;
  for (std::size_t k = 0; k < counts.size(); ++k) {
    require_range(path + ": count", counts[k], most_of_anything / static_cast<std::int64_t>(blocks));
    const auto networks = static_cast<std::uint64_t>(counts[k]);
    if (networks != static_cast<std::uint64_t>(counts[k - k % blocks]) || networks % slice != 0)
      throw IoError(path + ": count: expected the same number of slices of " + std::to_string(slice) +
                    " networks in every block of scan point " + std::to_string(k / blocks) + ", got " + std::to_string(networks) +
                    " networks in block " + std::to_string(k % blocks));
    if (k % blocks == 0) done.push_back(networks / slice * blocks);
  }
  return done;
}

double real_number(const ResultReader& file, const std::string& path, const std::string& name) {
  const std::string text = file.provenance(name);
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value >= 0.0))
    throw IoError(path + ": " + name + ": expected a number >= 0, got '" + text + "'");
  return value;
}

/// Descending powers of two that add up to `slices`, as subtrees from left to right.
std::vector<SumNode> complete_subtrees(std::uint64_t slices) {
  std::vector<SumNode> nodes;
  std::uint64_t start = 0;
  for (int level = 63; level >= 0; --level)
    if (slices >> level & 1u) {
      nodes.push_back({level, start >> level, {}});
      start += std::uint64_t{1} << level;
    }
  return nodes;
}

/// @throws IoError unless they are as long as each other, in order, and within what a run can have.
void require_subtrees(const std::string& path, std::span<const std::int64_t> entries, std::span<const std::int64_t> levels,
                      std::span<const std::int64_t> indices) {
  if (levels.size() != entries.size() || indices.size() != entries.size())
    throw IoError(path + ": expected as many of entry, level and index, got " + std::to_string(entries.size()) + ", " +
                  std::to_string(levels.size()) + " and " + std::to_string(indices.size()));
  for (std::size_t k = 0; k < entries.size(); ++k) {
    const std::string at = " at place " + std::to_string(k);
    require_range(path + ": entry" + at, entries[k], most_of_anything);
    require_range(path + ": level" + at, levels[k], 50);
    require_range(path + ": index" + at, indices[k], most_of_anything >> levels[k]);
    if (k == 0 || entries[k] > entries[k - 1]) continue;
    const std::int64_t end_before = (indices[k - 1] + 1) << levels[k - 1];
    if (entries[k] < entries[k - 1] || indices[k] << levels[k] < end_before)
      throw IoError(path + ": entry, level, index: expected subtrees in order, each slice once, got another one" + at);
  }
}

/// @param sums rows of a layout; entry(row) is the scan point times blocks plus block of one.
/// @throws IoError where a number is none that samples can add up to.
template <class Entry>
void require_sums(const CheckpointSource& source, const SumLayout& layout, std::span<const double> sums, const Entry& entry) {
  const auto columns = static_cast<std::size_t>(layout.size());
  for (const SumVariable& variable : sum_variables(layout))
    for (std::size_t row = 0; row < sums.size() / columns; ++row)
      for (int k = 0; k < variable.size; ++k) {
        const double value = sums[row * columns + static_cast<std::size_t>(variable.offset + k)];
        if (is_possible_sum(variable, value)) continue;
        const auto place = static_cast<std::uint64_t>(entry(row));
        throw IoError(source.path + ": " + variable.name + ": expected a finite number at scan point " +
                      std::to_string(place / source.blocks) + ", block " + std::to_string(place % source.blocks) + ", place " +
                      std::to_string(k) + ", got " + std::to_string(value));
      }
}

/// Where a scan point stands along the scan axes of a result, the last of which is the fastest.
std::vector<std::uint64_t> scan_place(const ResultReader& file, std::uint64_t point) {
  const std::vector<std::uint64_t> shape = file.shape("count");  // scan axes, block
  if (std::ranges::find(shape, 0U) != shape.end()) throw IoError(file.path() + ": count: expected numbers of networks, got none");
  std::vector<std::uint64_t> place(shape.size() - 1);
  for (std::size_t axis = place.size(); axis-- > 0; point /= shape[axis]) place[axis] = point % shape[axis];
  return place;
}

std::vector<std::pair<std::uint64_t, SumNode>> read_result_subtrees(const CheckpointSource& source, const SumLayout& layout,
                                                                    std::uint64_t point, const Range& owned) {
  const ResultReader file(source.path);
  const std::vector<std::uint64_t> place = scan_place(file, point);
  const std::uint64_t blocks = file.shape("block").front();
  const std::vector<SumNode> pattern = complete_subtrees(source.done.at(point) / blocks);
  std::vector<std::pair<std::uint64_t, SumNode>> subtrees;
  for (std::uint64_t t = 0; t < pattern.size(); ++t) {
    const std::size_t first = subtrees.size();
    for (std::uint64_t b = owned.begin; b < owned.end; ++b)
      subtrees.emplace_back(b, SumNode{pattern[t].level, pattern[t].index, {}});
    for (const SumVariable& variable : sum_variables(layout)) {
      const std::string name = "subtree_" + variable.name;
      const auto wanted = static_cast<std::uint64_t>(variable.size);
      // States are as long as that of the widest point of a file; what is missing is 0.
      const std::uint64_t size = variable.name == "chain_state" ? std::min(wanted, file.shape(name).back()) : wanted;
      std::vector<std::uint64_t> offset = {t}, count(place.size() + 1, 1);
      offset.insert(offset.end(), place.begin(), place.end());
      offset.insert(offset.end(), {owned.begin, 0});
      count.insert(count.end(), {owned.size(), size});
      const std::vector<double> values = file.read_double(name, offset, count);
      for (std::size_t k = 0; k < values.size(); ++k)
        if (!is_possible_sum(variable, values[k]))
          throw IoError(source.path + ": " + name + ": expected a finite number at scan point " + std::to_string(point) +
                        ", block " + std::to_string(owned.begin + k / size) + ", place " + std::to_string(k % size) + ", got " +
                        std::to_string(values[k]));
      for (std::uint64_t b = 0; b < owned.size(); ++b) {
        std::vector<double>& sums = subtrees[first + b].second.sums;
        sums.insert(sums.end(), values.begin() + static_cast<std::ptrdiff_t>(b * size),
                    values.begin() + static_cast<std::ptrdiff_t>((b + 1) * size));
        sums.resize(sums.size() + (wanted - size), 0.0);
      }
    }
  }
  return subtrees;
}

}  // namespace

std::string identity_of_part(const Config& config, const Part& part) {
  return part.whole() ? config.identity() : config.identity() + "\n[command line]\npart = " + to_string(part) + "\n";
}

Part part_of(const ResultReader& file) {
  for (const auto& [name, value] : file.provenance())
    if (name == "part") try {
        return parse_part(value);
      } catch (const UsageError& error) {
        throw IoError(file.path() + ": the part recorded in the file cannot be read: " + error.what());
      }
  return {};
}

void write_checkpoint(const Communicator& comm, const std::string& path, const CheckpointHeader& header,
                      const BlockStore& store) {
  const Rows rows = rows_of(store, header);
  if (rows.all == 0) return;
  ResultWriter writer(comm, path, checkpoint_schema(header, rows.all, store.columns(), comm.size()));
  const std::uint64_t mine = rows.nodes.size();
  const std::vector<Hyperslab> places = places_of(rows, {0, mine}, std::nullopt);
  writer.write("entry", places, std::span<const std::int64_t>(rows.entry));
  writer.write("level", places, std::span<const std::int64_t>(rows.level));
  writer.write("index", places, std::span<const std::int64_t>(rows.index));
  const auto moments = static_cast<std::uint64_t>(store.columns());
  const std::uint64_t step = rows_at_a_time(moments);
  const auto most = static_cast<std::uint64_t>(comm.max(static_cast<double>(mine)));
  std::vector<double> sums;
  for (std::uint64_t first = 0; first < most; first += step) {
    const Range part{std::min(first, mine), std::min(first + step, mine)};
    sums.clear();
    for (std::uint64_t k = part.begin; k < part.end; ++k)
      sums.insert(sums.end(), rows.nodes[k]->sums.begin(), rows.nodes[k]->sums.end());
    writer.write("sums", places_of(rows, part, moments), std::span<const double>(sums));
  }
  writer.commit();
}

void validate_checkpoint(const std::string& path, int rank, int ranks) {
  const ResultReader file(path);
  const std::vector<std::string> integers = {"entry", "level", "index", "slices_done"};
  for (const std::string& name : file.variables()) {
    const bool real = name == "sums" || name.starts_with("subtree_") || name.starts_with("sum");
    // Others are not needed, and may claim any size.
    if (!real && std::find(integers.begin(), integers.end(), name) == integers.end()) continue;
    std::vector<std::uint64_t> offset(file.shape(name).size(), 0);
    std::vector<std::uint64_t> count = file.shape(name);
    const Range mine = partition(count.front(), rank, ranks);
    const std::uint64_t row = std::accumulate(count.begin() + 1, count.end(), std::uint64_t{1}, std::multiplies<>());
    if (row == 0) continue;  // any number of empty rows
    const std::uint64_t step = rows_at_a_time(row);
    for (std::uint64_t first = mine.begin; first < mine.end; first += step) {
      offset.front() = first;
      count.front() = std::min(step, mine.end - first);
      if (real)
        file.read_double(name, offset, count);
      else
        file.read_int(name, offset, count);
    }
  }
}

/// The kernels that a file was made with. @throws IoError.
std::string simd_of(const ResultReader& file) {
  std::string name = file.provenance("simd");
  try {
    parse_simd_path(name);
  } catch (const UsageError& error) {
    throw IoError(file.path() + ": simd: " + error.what());
  }
  return name;
}

CheckpointSource inspect_checkpoint(const std::string& path, std::uint64_t blocks, std::uint64_t slice) {
  const ResultReader file(path);
  const std::string kind = file.attribute("kind");
  if (kind == "sample") {
    if (!file.has("subtree_sum2"))
      throw IoError(path + ": is a partial merge, from which nothing can go on; name another output");
    CheckpointSource source{path, blocks, {0, 0}, slices_of_result(file, path, slice), 0, true, simd_of(file), ""};
    source.identity = identity_of_part(parse_recorded_config(file.provenance("config"), path), part_of(file));
    source.core_seconds = 3600.0 * real_number(file, path, "core_hours");
    source.points = {0, source.done.size()};
    return source;
  }
  if (kind != "checkpoint") throw IoError(path + ": expected a checkpoint or a sampled result, got kind '" + kind + "'");
  (void)file.provenance("texts_sha256");  // its texts have been checked against it
  CheckpointSource source{path,
                          blocks,
                          {number(file, path, "first_point"), 0},
                          {},
                          number(file, path, "sequence"),
                          false,
                          simd_of(file),
                          file.provenance("identity"),
                          real_number(file, path, "core_seconds")};
  require_range(path + ": first_point", static_cast<std::int64_t>(std::min(source.points.begin, std::uint64_t{1} << 62)),
                most_of_anything);
  for (const std::int64_t done : file.read_int("slices_done")) {
    require_range(path + ": slices_done", done, most_of_anything);
    source.done.push_back(static_cast<std::uint64_t>(done));
  }
  source.points.end = source.points.begin + source.done.size();
  return source;
}

std::vector<std::pair<std::uint64_t, SumNode>> read_subtrees(const CheckpointSource& source, const SumLayout& layout,
                                                             std::uint64_t point, const Range& owned) {
  if (source.result) return read_result_subtrees(source, layout, point, owned);
  const ResultReader file(source.path);
  const std::vector<std::int64_t> entries = file.read_int("entry");
  const std::vector<std::int64_t> levels = file.read_int("level");
  const std::vector<std::int64_t> indices = file.read_int("index");
  const auto moments = static_cast<std::uint64_t>(layout.size());
  require_subtrees(source.path, entries, levels, indices);
  if (file.shape("sums") != std::vector<std::uint64_t>{entries.size(), moments})
    throw IoError(source.path + ": sums: expected shape (" + std::to_string(entries.size()) + ", " + std::to_string(moments) +
                  ")");
  const std::uint64_t blocks = source.blocks;
  const auto place = [&](std::uint64_t block) {
    return static_cast<std::uint64_t>(
        std::lower_bound(entries.begin(), entries.end(), static_cast<std::int64_t>(point * blocks + block)) - entries.begin());
  };
  std::vector<std::pair<std::uint64_t, SumNode>> subtrees;
  const std::uint64_t last = place(owned.end);
  for (std::uint64_t first = place(owned.begin); first < last; first += rows_at_a_time(moments)) {
    const std::uint64_t rows = std::min(rows_at_a_time(moments), last - first);
    const std::array<std::uint64_t, 2> offset = {first, 0};
    const std::array<std::uint64_t, 2> count = {rows, moments};
    const std::vector<double> sums = file.read_double("sums", offset, count);
    require_sums(source, layout, sums, [&](std::size_t row) { return entries[first + row]; });
    for (std::uint64_t k = 0; k < rows; ++k) {
      const auto row = sums.begin() + static_cast<std::ptrdiff_t>(k * moments);
      subtrees.emplace_back(static_cast<std::uint64_t>(entries[first + k]) - point * blocks,
                            SumNode{static_cast<int>(levels[first + k]), static_cast<std::uint64_t>(indices[first + k]),
                                    std::vector<double>(row, row + static_cast<std::ptrdiff_t>(moments))});
    }
  }
  return subtrees;
}

}  // namespace nnft
