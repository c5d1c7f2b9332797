// One server and one index for all files; one file after the other, since they share two cores with a browser.
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    dir: 'tests/browser',
    globalSetup: 'tests/browser/server.ts',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
