// quarry verify: reads everything and checks every checksum.
#include "quarry/cli/commands.h"
#include "quarry/cli/common_flags.h"
#include "quarry/cli/index_folder.h"
#include "quarry/cli/text_layout.h"
#include "quarry/index/snapshot.h"

namespace quarry::cli {
namespace {

constexpr std::array kVerifyFlags{&kIndexDirectory};
constexpr std::array kGroups{FlagGroup{"Index", kVerifyFlags}};
constexpr std::array kArguments{Argument{.name = "PATH",
                                         .required = false,
                                         .brief = "A folder or repository; the current folder without it",
                                         .completion = Completion::folder}};
constexpr std::array kExamples{
    Example{"quarry verify", "The index of the current folder's repository."},
    Example{"quarry verify --index /srv/code", "After it was copied from somewhere."}};

Result<int> run_verify(Context& context) {
  std::filesystem::path folder = context.settings.text(kIndexDirectory);
  if (folder.empty()) {
    const auto where = context.arguments.empty() ? std::string(".") : context.arguments[0];
    QUARRY_TRY(const auto source, open_source_for(context, where, {}));
    QUARRY_TRY(folder, index_folder_of(context, *source));
  }
  QUARRY_TRY(const auto snapshot, index::Snapshot::open(context.files, folder));

  // Every damaged segment is named, not the first alone; what else there is comes after them.
  std::vector<std::string> damaged;
  for (const auto& segment : snapshot->segments()) {
    if (const auto status = segment->verify(); !status) damaged.push_back(status.error().message);
  }
  if (damaged.empty()) {
    if (const auto status = snapshot->verify(); !status) damaged.push_back(status.error().message);
  }
  if (!damaged.empty()) {
    for (std::size_t i = 0; i + 1 < damaged.size(); ++i) context.warn(damaged[i]);
    return fail(ErrorKind::corrupt, "{}; delete {} and index again", damaged.back(), folder.string());
  }
  if (!context.settings.on(kQuiet)) {
    context.out.write(fmt::format("{}: version {}, {}, {}: every checksum holds\n", folder.string(),
                                  snapshot->version(), counted(snapshot->segments().size(), "segment"),
                                  readable_bytes(snapshot->size_in_bytes())));
  }
  return kFound;
}

}  // namespace

const Command kVerifyCommand{.name = "verify",
                             .brief = "Read an index and check every checksum",
                             .details =
                                 "Ends with status 0 when every byte is as it was written, and names what is "
                                 "damaged otherwise. An index can "
                                 "always be made again from the code: delete its folder.",
                             .arguments = kArguments,
                             .groups = kGroups,
                             .examples = kExamples,
                             .run = run_verify};

}  // namespace quarry::cli
