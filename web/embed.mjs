// Writes the built page as the C++ table that the server answers from: node embed.mjs PAGE-FOLDER OUTPUT.cpp
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

function filesOf(folder, prefix = '') {
  return readdirSync(join(folder, prefix), { withFileTypes: true }).flatMap((entry) => {
    const path = prefix ? `${prefix}/${entry.name}` : entry.name;
    return entry.isDirectory() ? filesOf(folder, path) : [path];
  });
}

// A string literal of any bytes; every escape is three octal digits, so that no digit after it belongs to it.
function literal(bytes) {
  const lines = [];
  let line = '';
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c && byte !== 0x3f;
    line += plain ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
    if (line.length > 2000) {
      lines.push(line);
      line = '';
    }
  }
  lines.push(line);
  return lines.map((each) => `"${each}"`).join('\n');
}

const view = (bytes) => (bytes ? `std::string_view(${literal(bytes)}, ${bytes.length})` : 'std::string_view()');
// Compression that saves less than a tenth is not worth a header.
const worthwhile = (compressed, bytes) => (compressed.length < bytes.length * 0.9 ? compressed : null);

const [folder, output] = process.argv.slice(2);
const rows = filesOf(folder)
  .sort()
  .map((path) => {
    const type = types[extname(path)];
    if (!type) throw new Error(`${path}: what is its content type? Add it to embed.mjs.`);
    const bytes = readFileSync(join(folder, path));
    const etag = createHash('sha256').update(bytes).digest('hex').slice(0, 20);
    const gzip = worthwhile(gzipSync(bytes, { level: 9 }), bytes);
    const brotli = worthwhile(
      brotliCompressSync(bytes, {
        params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
      }),
      bytes,
    );
    const fields = [`"${path}"`, `"${type}"`, `"\\"${etag}\\""`, view(bytes), view(gzip), view(brotli)];
    return `    StaticAsset{${fields.join(',\n')}},`;
  });

writeFileSync(
  output,
  `// Made by web/embed.mjs from the built page.
#include "quarry/server/static_assets.h"

#include <array>

#pragma GCC diagnostic ignored "-Wpragmas"
#pragma GCC diagnostic ignored "-Woverlength-strings"

namespace quarry::server {
namespace {

constexpr auto kAssets = std::to_array<StaticAsset>({
${rows.join('\n')}
});

}  // namespace

std::span<const StaticAsset> static_assets() {
  return kAssets;
}

}  // namespace quarry::server
`,
);
