// Builds the bundle that the Python package ships. Output is deterministic (no hashes, no dates): CI rebuilds and compares.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "tb_timetravel", "static");
const budget = 120_000; // bytes, gzipped, all files together

// Styles are adopted as a constructed sheet, so they travel as a string; esbuild's own text loader would leave their whitespace in.
const styleText = {
  name: "style-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const { code } = await esbuild.transform(readFileSync(path, "utf8"), { loader: "css", minify: true });
      return { contents: code, loader: "text" };
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: { index: "src/index.ts", app: "src/main.tsx", webm: "src/export/webm.ts", gif_worker: "src/export/gif_worker.ts" },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [styleText],
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const context = await esbuild.context({ ...options, minify: false, sourcemap: "inline" });
  await context.watch();
} else {
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build(options);
  let total = 0;
  for (const file of readdirSync(outdir).sort()) {
    const bytes = readFileSync(join(outdir, file));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    total += gzipped;
    console.log(`${file.padEnd(24)} ${String(bytes.length).padStart(8)} B  ${String(gzipped).padStart(7)} B gz`);
  }
  console.log(`total ${total} B gz of ${budget}`);
  if (total > budget) {
    console.error(`the bundle is ${total - budget} bytes over its budget`);
    process.exit(1);
  }
}
