// `quarry mcp` with the clients of both official SDKs: the handshake of 2025-11-25 and the stateless 2026-07-28.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { checkTools, environment, makeRepository, program } from "./fixture.mjs";

const identity = { name: "quarry-tests", version: "1.0.0" };
const folder = makeRepository();
const command = { command: program, args: ["mcp", join(folder, "shop")], env: environment(folder), stderr: "inherit" };

{
  const client = new LegacyClient(identity);
  await client.connect(new LegacyTransport(command));
  assert.equal(client.getServerVersion().name, "quarry");
  assert.match(client.getInstructions(), /plain English/);
  await client.ping();
  await checkTools(client);

  // What is written while the server runs is found by the next question but a moment.
  appendFileSync(join(folder, "shop/net/retry.py"), "\n\ndef translate_klingon(phrase):\n    return phrase[::-1]\n");
  await new Promise((resolve) => setTimeout(resolve, 2100));
  const found = await client.callTool({ name: "search", arguments: { query: "translate klingon" } });
  assert.equal(found.structuredContent.results[0].name, "translate_klingon");
  await client.close();
}

for (const mode of [{ pin: "2026-07-28" }, "auto", "legacy"]) {
  const client = new Client(identity, { versionNegotiation: { mode } });
  await client.connect(new StdioClientTransport(command));
  assert.equal(client.getServerVersion()?.name, "quarry");
  await checkTools(client);
  await client.close();
}
console.log("stdio: both SDKs work");
