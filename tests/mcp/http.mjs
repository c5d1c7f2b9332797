// POST /mcp with the clients of both official SDKs, and what they never send.
import assert from "node:assert/strict";
import { Client as LegacyClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as LegacyTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { checkTools, makeRepository, serve } from "./fixture.mjs";

const identity = { name: "quarry-tests", version: "1.0.0" };
const server = await serve(makeRepository());
const endpoint = new URL(`${server.url}/mcp`);

{
  const client = new LegacyClient(identity);
  await client.connect(new LegacyTransport(endpoint));
  assert.equal(client.getServerVersion().name, "quarry");
  await client.ping();
  await checkTools(client);
  await client.close();
}
for (const mode of [{ pin: "2026-07-28" }, "auto", "legacy"]) {
  const client = new Client(identity, { versionNegotiation: { mode } });
  await client.connect(new StreamableHTTPClientTransport(endpoint));
  await checkTools(client);
  await client.close();
}
console.log("http: both SDKs work");
server.stop();
