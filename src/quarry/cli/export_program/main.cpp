// quarry-export: writes a model as an ONNX graph, or as a model repository of Triton. `quarry export`
// runs it.
#include <string>

#include "quarry/cli/companion_program.h"
#include "quarry/cli/context.h"
#include "quarry/cli/export_table.h"
#include "quarry/model/onnx_graph.h"
#include "quarry/model/static_model.h"
#include "quarry/model/transformer_graph.h"
#include "quarry/model/triton_config.h"

namespace {

using namespace quarry;
using namespace quarry::cli;

Status write(FileSystem& files, const std::filesystem::path& path, const std::string& bytes) {
  return write_atomically(files, path, std::as_bytes(std::span(bytes)));
}

struct Graph {
  std::string bytes;
  std::uint32_t dimensions = 0;
};

std::string name_of(model::Side side) {
  return side == model::Side::code ? "quarry_code" : "quarry_query";
}

// `directory` holds a static model, a transformer, or one transformer a side in `query` and `code`.
Result<Graph> graph_of(const FileSystem& files, std::filesystem::path directory, model::Side side) {
  const std::filesystem::path tower = directory / (side == model::Side::code ? "code" : "query");
  if (!files.status(directory / "config.json") && files.status(tower / "config.json")) directory = tower;
  QUARRY_TRY(const std::string type, model::model_type_of(files, directory));
  if (type == "bert") {
    QUARRY_TRY(const model::TransformerModel model, model::read_transformer_model(files, directory));
    QUARRY_TRY(std::string bytes, model::transformer_graph(model, side, name_of(side)));
    return Graph{std::move(bytes), model.width};
  }
  QUARRY_TRY(const model::StaticModel model, model::read_static_model(files, directory));
  QUARRY_TRY(std::string bytes, model::onnx_graph(model, side, name_of(side)));
  return Graph{std::move(bytes), model.kept_dimensions};
}

Status write_side(FileSystem& files, const std::filesystem::path& repository,
                  const std::filesystem::path& directory, model::Side side) {
  const std::filesystem::path folder = repository / name_of(side);
  QUARRY_TRY(const Graph graph, graph_of(files, directory, side));
  QUARRY_CHECK(files.create_directories(folder / "1"));
  QUARRY_CHECK(write(files, folder / "1" / "model.onnx", graph.bytes));
  return write(files, folder / "config.pbtxt", model::triton_config(name_of(side), graph.dimensions));
}

Result<int> run(Context& context) {
  const std::string output = context.settings.text(exporting::kOutput);
  if (output.empty()) return fail(ErrorKind::invalid_argument, "export: --output FILE is needed");
  const std::filesystem::path directory = context.arguments.front();
  if (context.settings.text(exporting::kFormat) == "triton") {
    QUARRY_CHECK(write_side(context.files, output, directory, model::Side::query));
    QUARRY_CHECK(write_side(context.files, output, directory, model::Side::code));
    return kFound;
  }
  const bool code = context.settings.text(exporting::kSide) == "code";
  QUARRY_TRY(const Graph graph,
             graph_of(context.files, directory, code ? model::Side::code : model::Side::query));
  QUARRY_CHECK(write(context.files, output, graph.bytes));
  return kFound;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr Command kCommand = exporting::command(run);
  return companion_main(kCommand, argc, argv);
}
