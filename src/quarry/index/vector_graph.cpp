#include "quarry/index/vector_graph.h"

#include "quarry/index/segment_format.h"

namespace quarry::index {
namespace {

constexpr std::size_t kMostNeighbours = 256;  // a search that is led astray by a hostile file ends soon

std::span<const std::uint32_t> numbers_of(const CheckedFile& file, GraphSection id) {
  const auto bytes = file.section(static_cast<std::uint32_t>(id));
  return {reinterpret_cast<const std::uint32_t*>(bytes.data()), bytes.size() / sizeof(std::uint32_t)};
}

}  // namespace

VectorGraph::VectorGraph(std::unique_ptr<CheckedFile> file)
    : file_(std::move(file)),
      entries_(numbers_of(*file_, GraphSection::entries)),
      ends_(numbers_of(*file_, GraphSection::ends)),
      links_(numbers_of(*file_, GraphSection::links)) {}

Result<std::shared_ptr<const VectorGraph>> VectorGraph::open(const FileSystem& files,
                                                             const std::filesystem::path& path) {
  QUARRY_TRY(auto file, CheckedFile::open(files, path, kGraphMagic, kGraphVersion));
  std::shared_ptr<const VectorGraph> graph(new VectorGraph(std::move(file)));
  if (graph->ends_.size() != std::size_t{graph->unit_count()} + 1)
    return graph->file_->damaged("it does not hold a place for every unit");
  return graph;
}

std::uint32_t VectorGraph::unit_count() const {
  return file_->number(0);
}

Result<std::span<const std::uint32_t>> VectorGraph::checked(std::span<const std::uint32_t> units) const {
  QUARRY_CHECK(file_->verify(std::as_bytes(units)));
  const std::uint32_t count = unit_count();
  for (const std::uint32_t unit : units) {
    if (unit >= count) return file_->damaged("it leads to a unit that does not exist");
  }
  return units;
}

Result<std::span<const std::uint32_t>> VectorGraph::entries() const {
  return checked(entries_);
}

Result<std::span<const std::uint32_t>> VectorGraph::neighbours(std::uint32_t unit) const {
  QUARRY_CHECK(file_->verify(std::as_bytes(ends_.subspan(unit, 2))));
  const std::uint32_t begin = ends_[unit];
  const std::uint32_t end = ends_[unit + 1];
  if (begin > end || end > links_.size() || end - begin > kMostNeighbours)
    return file_->damaged("a list of neighbours has no place");
  return checked(links_.subspan(begin, end - begin));
}

Status VectorGraph::verify() const {
  QUARRY_CHECK(file_->verify_all());
  QUARRY_CHECK(entries());
  for (std::uint32_t unit = 0; unit < unit_count(); ++unit) QUARRY_CHECK(neighbours(unit));
  return {};
}

}  // namespace quarry::index
