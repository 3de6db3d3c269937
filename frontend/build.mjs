// Builds the bundle that the Python package ships. Output is deterministic (no hashes, no dates): CI rebuilds and compares.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "tb_timetravel", "static");
const budget = 120_000; // bytes, gzipped, all files of the tab together
const pageBudget = 65_000; // of the script of an exported page, which the tab never loads

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

// Shaders travel as they are written, less comments and indents.
const shaderText = {
  name: "shader-text",
  setup(build) {
    build.onLoad({ filter: /shaders\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, "utf8")
        .replace(/\/\*\*[\s\S]*?\*\//g, "")
        .replace(/\/\/.*$/gm, "")
        .replace(/\s*\n\s*/g, "\n")
        .replace(/ ([-+*/=<>?:&|!]+|[{}]) (?![-+])/g, "$1")
        .replace(/([;{},(])\n(?!#)/g, "$1"),
      loader: "ts",
    }));
  },
};

// In the exported page, what the tab asks the server for lies in the document.
const embeddedSource = {
  name: "embedded-source",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/api$/ }, ({ importer }) =>
      importer.startsWith(join(here, "src", "page")) ? undefined : { path: join(here, "src", "page", "embedded.ts") },
    );
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
  plugins: [styleText, shaderText],
  logLevel: "warning",
};

// A classic script, since a page that is opened from a disk may load no modules; `timetravel export` writes it into the page.
const pageOptions = {
  ...options,
  entryPoints: { page: "src/page/main.tsx" },
  splitting: false,
  format: "iife",
  plugins: [styleText, shaderText, embeddedSource],
};

if (process.argv.includes("--watch")) {
  for (const each of [options, pageOptions]) {
    const context = await esbuild.context({ ...each, minify: false, sourcemap: "inline" });
    await context.watch();
  }
} else {
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build(options);
  await esbuild.build(pageOptions);
  let total = 0;
  let pageSize = 0;
  for (const file of readdirSync(outdir).sort()) {
    const bytes = readFileSync(join(outdir, file));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    if (file === "page.js") pageSize = gzipped;
    else total += gzipped;
    console.log(`${file.padEnd(24)} ${String(bytes.length).padStart(8)} B  ${String(gzipped).padStart(7)} B gz`);
  }
  console.log(`tab ${total} B gz of ${budget}, page ${pageSize} of ${pageBudget}`);
  const over = Math.max(total - budget, pageSize - pageBudget);
  if (over > 0) {
    console.error(`the bundle is ${over} bytes over its budget`);
    process.exit(1);
  }
}
