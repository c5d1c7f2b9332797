// Builds the page into dist/; `npm run dev` serves it from source beside a running `quarry serve`.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './', // the page works under any path of a proxy
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact' },
  resolve: {
    alias: {
      'decode-named-character-reference': fileURLToPath(new URL('./src/highlight/entities.ts', import.meta.url)),
    },
  },
  build: {
    target: 'es2022',
    modulePreload: { polyfill: false }, // every browser of that target has it; the polyfill is an inline fetch
    assetsInlineLimit: 0, // data: URLs are not in the page's content security policy
    cssCodeSplit: false,
    reportCompressedSize: false,
  },
  worker: { format: 'es' },
  server: {
    proxy: { '/v1': process.env.QUARRY_URL ?? 'http://127.0.0.1:8080' },
  },
});
