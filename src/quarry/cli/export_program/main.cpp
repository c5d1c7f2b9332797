// quarry-export: writes a static model as an ONNX graph, or as a model repository of Triton. `quarry export`
// runs it.
#include <string>

#include "quarry/cli/companion_program.h"
#include "quarry/cli/context.h"
#include "quarry/cli/export_table.h"
#include "quarry/model/onnx_graph.h"
#include "quarry/model/static_model.h"
#include "quarry/model/triton_config.h"

namespace {

using namespace quarry;
using namespace quarry::cli;

Status write(FileSystem& files, const std::filesystem::path& path, const std::string& bytes) {
  return write_atomically(files, path, std::as_bytes(std::span(bytes)));
}

Status write_side(FileSystem& files, const std::filesystem::path& repository, const model::StaticModel& model,
                  model::Side side, const std::string& name) {
  const std::filesystem::path folder = repository / name;
  QUARRY_CHECK(files.create_directories(folder / "1"));
  QUARRY_TRY(const std::string graph, model::onnx_graph(model, side, name));
  QUARRY_CHECK(write(files, folder / "1" / "model.onnx", graph));
  return write(files, folder / "config.pbtxt", model::triton_config(name, model.kept_dimensions));
}

Result<int> run(Context& context) {
  const std::string output = context.settings.text(exporting::kOutput);
  if (output.empty()) return fail(ErrorKind::invalid_argument, "export: --output FILE is needed");
  QUARRY_TRY(const model::StaticModel model,
             model::read_static_model(context.files, context.arguments.front()));
  if (context.settings.text(exporting::kFormat) == "triton") {
    QUARRY_CHECK(write_side(context.files, output, model, model::Side::query, "quarry_query"));
    QUARRY_CHECK(write_side(context.files, output, model, model::Side::code, "quarry_code"));
    return kFound;
  }
  const bool code = context.settings.text(exporting::kSide) == "code";
  QUARRY_TRY(const std::string graph, model::onnx_graph(model, code ? model::Side::code : model::Side::query,
                                                        code ? "quarry_code" : "quarry_query"));
  QUARRY_CHECK(write(context.files, output, graph));
  return kFound;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr Command kCommand = exporting::command(run);
  return companion_main(kCommand, argc, argv);
}
