// The official conformance suite for servers, with the scenarios that Quarry cannot pass listed in its own way.
import { spawnSync } from "node:child_process";
import { makeRepository, serve } from "./fixture.mjs";

const server = await serve(makeRepository());
const suite = spawnSync(
  "node_modules/.bin/conformance",
  ["server", "--url", `${server.url}/mcp`, "--suite", "all", "--expected-failures", "conformance-baseline.yml"],
  { stdio: "inherit", timeout: 300_000 },
);
server.stop();
process.exit(suite.status ?? 1);
