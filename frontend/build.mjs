// Builds the bundle that the Python package ships. Output is deterministic (no hashes, no dates): CI rebuilds and compares.
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, "..", "tb_timetravel", "static");
// Bytes, gzipped: what opens with the tab, what it fetches when it is used, what paints for it without a graphics processor, and the script of an
// exported page, which it never loads.
const budgets = {
  tab: 120_000,
  insight: 40_000,
  compare: 20_000,
  branches: 5_000,
  export: 10_000,
  "on demand": 10_000,
  painter: 8_000,
  page: 75_000,
};
const PARTS = {
  "page.js": "page",
  "index.js": "tab",
  "app.js": "tab",
  "insight.js": "insight",
  "compare.js": "compare",
  "branches.js": "branches",
  "export.js": "export",
  "cpu_worker.js": "painter",
};
const partOf = (file) => PARTS[file] ?? "on demand";

// Charts have neither uPlot's title nor its legend.
const UNUSED_OF_UPLOT = /\.u-(title|legend|inline|series)[^{}]*\{[^}]*\}/g;

// Styles are adopted as a constructed sheet, so they travel as a string; esbuild's own text loader would leave their whitespace in.
const styleText = {
  name: "style-text",
  setup(build) {
    build.onLoad({ filter: /\.css$/ }, async ({ path }) => {
      const source = path.includes("uPlot")
        ? readFileSync(path, "utf8").replace(UNUSED_OF_UPLOT, "")
        : readFileSync(path, "utf8");
      const { code } = await esbuild.transform(source, { loader: "css", minify: true });
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

// In the exported page, what the tab asks the server for lies in the document; there are no links, no film beside, no finer territory, no worker.
const embeddedSource = {
  name: "embedded-source",
  setup(build) {
    build.onResolve({ filter: /^\.\.?\/api$/ }, ({ importer }) =>
      importer.startsWith(join(here, "src", "page")) ? undefined : { path: join(here, "src", "page", "embedded.ts") },
    );
    build.onResolve({ filter: /\/worker_screen$/ }, () => ({ path: join(here, "src", "page", "absent.ts") }));
    build.onResolve({ filter: /^\.\.?\/(link|beside|difference_at|refine)$/ }, ({ path, resolveDir }) =>
      dirname(join(resolveDir, path)) === join(here, "src") ? { path: join(here, "src", "page", "absent.ts") } : undefined,
    );
  },
};

// Parts of the tab that are loaded on demand, each a file of its own. They and the tab hold one copy of what both use: app.js exports it. Splitting
// would do that too, by a third file that the tab waits for, and 3 kB more.
const APART = {
  insight: "insight/index",
  compare: "compare/panel",
  branches: "branches/panel",
  export: "export/panel",
  help: "help/keys",
};
// What the parts take from the rest of the sources by themselves: it has no state, so that a second copy does no harm.
const COPIED = ["binary", "csv", "decode", "flips", "format", "palette", "timeline"].map((name) => `/${name}`);
const lentByTheTab = {
  name: "lent-by-the-tab",
  setup(build) {
    build.onResolve({ filter: /^@?preact|\/lent$/ }, () => ({ path: "./app.js", external: true }));
    build.onResolve({ filter: /^\.\/webm$/ }, () => ({ path: "./webm.js", external: true }));
    build.onResolve({ filter: /^\.\.\// }, ({ path }) =>
      COPIED.some((name) => path.endsWith(name))
        ? undefined
        : { errors: [{ text: `${path} may hold state: let lent.ts lend it` }] },
    );
  },
};
const partsApart = {
  name: "parts-apart",
  setup(build) {
    for (const [name, source] of Object.entries(APART))
      build.onResolve({ filter: new RegExp(`/${source}$`) }, () => ({ path: `./${name}.js`, external: true }));
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: {
    index: "src/index.ts",
    app: "src/main.tsx",
    webm: "src/export/webm.ts",
    column_tools: "src/column_tools.ts",
    gif_worker: "src/export/gif_worker.ts",
  },
  outdir,
  bundle: true,
  splitting: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "linked",
  jsx: "automatic",
  jsxImportSource: "preact",
  plugins: [styleText, shaderText, partsApart],
  logLevel: "warning",
};

const partOptions = {
  ...options,
  entryPoints: Object.fromEntries(Object.entries(APART).map(([name, source]) => [name, `src/${source}.tsx`])),
  splitting: false,
  plugins: [styleText, lentByTheTab],
};

// By itself, since a file that it shared with the tab would be one more for which the tab waits.
const workerOptions = { ...options, entryPoints: { cpu_worker: "src/engine/cpu_worker.ts" }, splitting: false, plugins: [] };

// A classic script, since a page that is opened from a disk may load no modules; `timetravel export` writes it into the page.
const pageOptions = {
  ...options,
  entryPoints: { page: "src/page/main.tsx" },
  splitting: false,
  format: "iife",
  plugins: [styleText, shaderText, embeddedSource],
};

if (process.argv.includes("--watch")) {
  for (const each of [options, partOptions, workerOptions, pageOptions]) {
    const context = await esbuild.context({ ...each, minify: false, sourcemap: "inline", logLevel: "info" });
    await context.watch();
  }
} else {
  rmSync(outdir, { recursive: true, force: true });
  await esbuild.build(options);
  await esbuild.build(partOptions);
  await esbuild.build(workerOptions);
  await esbuild.build(pageOptions);
  const totals = Object.fromEntries(Object.keys(budgets).map((part) => [part, 0]));
  for (const file of readdirSync(outdir).sort()) {
    const bytes = readFileSync(join(outdir, file));
    const gzipped = gzipSync(bytes, { level: 9 }).length;
    totals[partOf(file)] += gzipped;
    console.log(`${file.padEnd(24)} ${String(bytes.length).padStart(8)} B  ${String(gzipped).padStart(7)} B gz`);
  }
  for (const [part, total] of Object.entries(totals)) {
    console.log(`${part}: ${total} B gz of ${budgets[part]}`);
    if (total > budgets[part]) {
      console.error(`what is in ${part} is ${total - budgets[part]} bytes over its budget`);
      process.exitCode = 1;
    }
  }
}
