#include "quarry/corpus/builtin_rules.h"

#include <array>
#include <unordered_set>

#include "quarry/base/ascii.h"
#include "quarry/corpus/ignore_rules.h"

namespace quarry::corpus {
namespace {

// Only names that nobody gives to code of their own. `build`, `dist`, `target`, `out` and `bin` are names of
// first-party packages too (go/build), so those folders go by what lies in them or by .gitignore.
constexpr std::string_view kVendoredFolders =
    "node_modules bower_components jspm_packages web_modules vendor vendored _vendor third_party third-party "
    "thirdparty "
    "3rdparty Godeps Pods Carthage site-packages .venv .virtualenv .eggs .yarn .pnpm-store";
constexpr std::string_view kGeneratedFolders =
    "__pycache__ .tox .nox .mypy_cache .pytest_cache .ruff_cache .hypothesis .ipynb_checkpoints .gradle "
    ".terraform "
    ".serverless .next .nuxt .svelte-kit .parcel-cache .turbo .dart_tool .stack-work .bundle .ccls-cache "
    "__generated__";
constexpr std::string_view kLockFiles =
    "package-lock.json npm-shrinkwrap.json yarn.lock pnpm-lock.yaml bun.lock bun.lockb deno.lock Cargo.lock "
    "Gemfile.lock gems.locked Pipfile.lock poetry.lock pdm.lock uv.lock conda-lock.yml composer.lock go.sum "
    "go.work.sum mix.lock rebar.lock pubspec.lock Podfile.lock Package.resolved Cartfile.resolved flake.lock "
    "packages.lock.json paket.lock project.assets.json gradle.lockfile buildscript-gradle.lockfile "
    ".terraform.lock.hcl conan.lock vcpkg-lock.json MODULE.bazel.lock Chart.lock Manifest.toml.lock "
    "stack.yaml.lock "
    "cabal.project.freeze Berksfile.lock shard.lock renv.lock";
constexpr std::string_view kBinaryExtensions =
    "png jpg jpeg gif bmp ico icns webp avif heic tif tiff psd xcf ai eps tga dds ktx exr hdr "
    "mp3 mp4 m4a m4v wav ogg oga ogv flac aac avi mov mkv webm wmv mid midi "
    "zip gz tgz bz2 tbz xz txz zst lz4 lzma 7z rar tar jar war ear aar apk ipa whl egg gem nupkg deb rpm dmg "
    "iso cab "
    "msi crate cpio "
    "exe dll so dylib a lib o obj ko pdb ilk exp class pyc pyo pyd elc beam wasm node "
    "ttf otf woff woff2 eot pfb "
    "pdf doc docx xls xlsx ppt pptx odt ods odp rtf epub mobi djvu "
    "db sqlite sqlite3 mdb ldb rdb parquet orc avro arrow feather h5 hdf5 npy npz mat pkl pickle joblib rds "
    "rdata "
    "onnx pth ckpt safetensors gguf ggml tflite pb mlmodel caffemodel "
    "bin img rom hex dmp pcap mo gmo der p12 pfx jks keystore crt cer gpg sig "
    "blend fbx glb stl 3ds max dwg swf fla";

struct NameRule {
  std::string_view text;
  SkipReason reason;
};
// Each name of a tree meets each rule, so the many that are but an ending are no globs.
constexpr std::array kEndings = std::to_array<NameRule>({
    {".min.js", SkipReason::minified},        {".min.mjs", SkipReason::minified},
    {".min.cjs", SkipReason::minified},       {".min.css", SkipReason::minified},
    {"-min.js", SkipReason::minified},        {"-min.css", SkipReason::minified},
    {".bundle.js", SkipReason::minified},     {".chunk.js", SkipReason::minified},
    {".js.map", SkipReason::generated},       {".mjs.map", SkipReason::generated},
    {".css.map", SkipReason::generated},      {".ts.map", SkipReason::generated},
    {".pb.go", SkipReason::generated},        {".pb.gw.go", SkipReason::generated},
    {".pb.cc", SkipReason::generated},        {".pb.cpp", SkipReason::generated},
    {".pb.h", SkipReason::generated},         {".pb.swift", SkipReason::generated},
    {"_pb2.py", SkipReason::generated},       {"_pb2.pyi", SkipReason::generated},
    {"_pb2_grpc.py", SkipReason::generated},  {"_pb.js", SkipReason::generated},
    {"_pb.ts", SkipReason::generated},        {"_pb.d.ts", SkipReason::generated},
    {"_pb.rb", SkipReason::generated},        {".g.dart", SkipReason::generated},
    {".freezed.dart", SkipReason::generated}, {".g.cs", SkipReason::generated},
    {".g.i.cs", SkipReason::generated},       {".svg", SkipReason::generated},
});
constexpr std::array kGlobs = std::to_array<NameRule>({
    {"*.pbobjc.[hm]", SkipReason::generated},
    {"*.[dD]esigner.cs", SkipReason::generated},
    {"*.generated.*", SkipReason::generated},
    {"zz_generated.*", SkipReason::generated},
    {"moc_*.cpp", SkipReason::generated},
    {"qrc_*.cpp", SkipReason::generated},
    {"lex.yy.c", SkipReason::generated},
    {"*.tab.[ch]", SkipReason::generated},
});

using Names = std::unordered_set<std::string_view>;

Names names_of(std::string_view list) {
  Names names;
  while (!list.empty()) {
    const std::size_t blank = list.find(' ');
    names.insert(list.substr(0, blank));
    list.remove_prefix(blank == std::string_view::npos ? list.size() : blank + 1);
  }
  return names;
}

}  // namespace

bool is_version_control(std::string_view folder_name) {
  return folder_name == ".git" || folder_name == ".hg" || folder_name == ".svn" || folder_name == ".jj" ||
         folder_name == ".bzr";
}

std::optional<RuleHit> folder_rule(std::string_view name) {
  static const Names vendored = names_of(kVendoredFolders);
  static const Names generated = names_of(kGeneratedFolders);
  if (vendored.contains(name)) return RuleHit{SkipReason::vendored, std::string(name)};
  if (generated.contains(name)) return RuleHit{SkipReason::generated, std::string(name)};
  return std::nullopt;
}

std::optional<RuleHit> folder_content_rule(const std::function<bool(std::string_view)>& contains) {
  if (contains("pyvenv.cfg")) return RuleHit{SkipReason::vendored, "holds pyvenv.cfg"};
  // https://bford.info/cachedir/: whatever writes the tag can make the folder's content again.
  if (contains("CACHEDIR.TAG")) return RuleHit{SkipReason::generated, "holds CACHEDIR.TAG"};
  if (contains("CMakeCache.txt")) return RuleHit{SkipReason::generated, "holds CMakeCache.txt"};
  return std::nullopt;
}

std::optional<RuleHit> file_rule(std::string_view name) {
  static const Names locks = names_of(kLockFiles);
  if (locks.contains(name)) return RuleHit{SkipReason::lock_file, std::string(name)};
  for (const NameRule& rule : kEndings) {
    if (name.ends_with(rule.text)) return RuleHit{rule.reason, std::string(rule.text)};
  }
  for (const NameRule& rule : kGlobs) {
    if (glob_matches(rule.text, name)) return RuleHit{rule.reason, std::string(rule.text)};
  }
  return std::nullopt;
}

bool has_binary_extension(std::string_view name) {
  static const Names extensions = names_of(kBinaryExtensions);
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  std::string extension = ascii::lower(name.substr(dot + 1));
  return extensions.contains(extension);
}

}  // namespace quarry::corpus
