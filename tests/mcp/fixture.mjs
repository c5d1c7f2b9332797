// What the tests share: a small repository, checks, and a served index.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

export const program = process.argv[2];

const files = {
  "shop/net/retry.py": `import time


def retry_with_backoff(call, attempts):
    """Calls again with exponential backoff until it works."""
    for attempt in range(attempts):
        try:
            return call()
        except OSError:
            time.sleep(2 ** attempt)
    raise TimeoutError


class Client:
    def send(self, request):
        """Sends a request, again with backoff where the network fails."""
        return retry_with_backoff(lambda: self.post(request), 3)
`,
  "shop/net/backoff.go": `package net

// Backoff waits longer after every failed attempt.
func Backoff(attempt int) int {
\treturn 1 << attempt
}
`,
};

// A folder with the repository "shop", removed at the end of the process.
export function makeRepository() {
  const folder = mkdtempSync(join(tmpdir(), "quarry-mcp-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

// The environment of a program that keeps its indexes below `folder`.
export function environment(folder) {
  return { ...process.env, XDG_CACHE_HOME: join(folder, "cache"), XDG_CONFIG_HOME: join(folder, "config") };
}

// Runs `quarry serve` over an index of the repository on a free port; answers its address.
export async function serve(folder, flags = []) {
  const index = join(folder, "index");
  execFileSync(program, ["index", "-q", "--index", index, join(folder, "shop")], { env: environment(folder) });
  const server = spawn(program, ["serve", "--index", index, "--listen", "127.0.0.1:0", ...flags], {
    env: environment(folder),
    stdio: ["ignore", "inherit", "pipe"],
  });
  process.on("exit", () => server.kill("SIGKILL"));
  let said = "";
  const url = await new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`the server does not say where it listens: ${said}`)), 60_000);
    server.stderr.on("data", (data) => {
      said += data;
      const found = said.match(/http:\/\/127\.0\.0\.1:\d+/);
      if (found) {
        clearTimeout(late);
        resolve(found[0]);
      }
    });
    server.on("exit", (status) => reject(new Error(`the server ended with ${status}: ${said}`)));
  });
  return { url, stop: () => server.kill("SIGTERM") };
}

// What every client must see, whatever its SDK and transport.
export async function checkTools(client) {
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map((tool) => tool.name),
    ["search", "find_similar", "read_function", "read_file", "list_repositories", "index_status"],
  );
  assert.ok(tools.every((tool) => tool.annotations.readOnlyHint === true));

  // The SDK checks structured content against the tool's output schema and throws where it does not fit.
  const found = await client.callTool({ name: "search", arguments: { query: "try again with exponential backoff" } });
  assert.ok(!found.isError, JSON.stringify(found));
  const first = found.structuredContent.results[0];
  assert.equal(first.qualified_name, "retry_with_backoff");
  assert.match(found.content[0].text, /net\/retry\.py:4-11/);

  const explained = await client.callTool({ name: "search", arguments: { query: "backoff", explain: true, limit: 1 } });
  assert.ok(Object.keys(explained.structuredContent.results[0].why).length > 0);
  assert.ok(explained.structuredContent.next_cursor);

  const similar = await client.callTool({ name: "find_similar", arguments: { id: first.id } });
  assert.ok(similar.structuredContent.results.length > 0);

  const whole = await client.callTool({ name: "read_function", arguments: { id: first.id, context: 2 } });
  assert.match(whole.structuredContent.result.code, /time\.sleep/);

  const part = await client.callTool({ name: "read_file", arguments: { path: "net/backoff.go", start_line: 3 } });
  assert.match(part.structuredContent.text, /^\/\/ Backoff waits/);
  const outline = await client.callTool({ name: "read_file", arguments: { path: "net/backoff.go", outline: true } });
  assert.ok(outline.structuredContent.outline.some((entry) => entry.name === "Backoff"));

  const repositories = await client.callTool({ name: "list_repositories", arguments: {} });
  assert.equal(repositories.structuredContent.repositories[0].name, "shop");
  const status = await client.callTool({ name: "index_status" });
  assert.equal(status.structuredContent.files, 2);

  const outside = await client.callTool({ name: "read_file", arguments: { path: "../../etc/passwd" } });
  assert.equal(outside.isError, true);
  const wrong = await client.callTool({ name: "search", arguments: { query: "x", limit: 1000 } });
  assert.equal(wrong.isError, true);
  assert.match(wrong.content[0].text, /1 to 50/);
  await assert.rejects(client.callTool({ name: "no_such_tool", arguments: {} }), /no_such_tool|Unknown tool/);
}
