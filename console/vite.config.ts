import { defineConfig } from "vite";

// Where `npm run dev` finds a running server: http://127.0.0.1:8360 unless WAYPOST says otherwise.
const server = process.env["WAYPOST"] ?? "http://127.0.0.1:8360";

export default defineConfig({
  base: "/_waypost/",
  build: {
    outDir: "../src/waypost/console",
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0, // the policy allows no data: addresses
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: {
    host: "127.0.0.1",
    port: 8361,
    proxy: { "^/_waypost/(v1|login|docs|openapi)": { target: server, changeOrigin: true, headers: { origin: server } } },
  },
});
