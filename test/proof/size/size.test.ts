import { readFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bundleWorker } from "../../../cli/local/bundle.ts";
import { bytesByPackage, type Metafile, modulesIn } from "../../../proof/size/contents.ts";
import { GZIP_BUDGET, sizeProblems } from "../../../proof/size/problems.ts";

/** A bundle of an entry point and what it leads to: each module's imports, and what it left in the bundle. */
function metafile(modules: Record<string, { imports?: string[]; bytes: number }>): Metafile {
  const entries = Object.entries(modules);
  const inputs = entries.map(
    ([path, { imports = [] }]) => [path, { imports: imports.map((to) => ({ path: to })) }] as const,
  );
  const left = entries.map(([path, { bytes }]) => [path, { bytesInOutput: bytes }] as const);
  return {
    inputs: Object.fromEntries(inputs),
    outputs: {
      "index.js.map": { inputs: {} },
      "index.js": { entryPoint: "src/index.ts", inputs: Object.fromEntries(left) },
    },
  };
}

describe("the Worker", () => {
  it("holds what requests use and nothing else, and weighs what it may", async () => {
    const { script, metafile: path } = await bundleWorker();
    const modules = modulesIn(JSON.parse(await readFile(path, "utf8")) as Metafile);
    const gzip_bytes = gzipSync(await readFile(script)).byteLength;
    expect(sizeProblems(modules, gzip_bytes)).toEqual([]);
    // It did look: the code that every request runs through is there.
    expect(modules.map((module) => module.path)).toContain("src/path/path.ts");
  });
});

describe("a package that nobody asked for", () => {
  const modules = modulesIn(
    metafile({
      "src/index.ts": { bytes: 10, imports: ["node_modules/zod/index.js", "src/lane.ts"] },
      "src/lane.ts": { bytes: 10, imports: ["node_modules/@modelcontextprotocol/sdk/server.js"] },
      "node_modules/zod/index.js": { bytes: 10 },
      "node_modules/@modelcontextprotocol/sdk/server.js": {
        bytes: 10,
        imports: ["node_modules/@modelcontextprotocol/sdk/node_modules/ajv/ajv.js", "src/index.ts"],
      },
      "node_modules/@modelcontextprotocol/sdk/node_modules/ajv/ajv.js": { bytes: 2048 },
      "node_modules/react/index.js": { bytes: 0 },
    }),
  );

  it("is named, with what it weighs and the way by which it came", () => {
    expect(sizeProblems(modules, 0)).toEqual([
      "ajv is in the Worker, 2 KiB in 1 modules by way of src/index.ts → src/lane.ts → " +
        "node_modules/@modelcontextprotocol/sdk/server.js: leave it out, or name it in PACKAGES.",
    ]);
  });

  it("counts as a package of its own, also within another", () => {
    expect(bytesByPackage(modules)).toEqual([
      ["ajv", 2048],
      ["src", 20],
      ["zod", 10],
      ["@modelcontextprotocol/sdk", 10],
    ]);
  });
});

describe("a part that no request uses", () => {
  it("is named with what to do about it, for each language that zod speaks but the one it is asked in", () => {
    const zod = "node_modules/zod/v4/locales";
    const modules = modulesIn(
      metafile({
        "src/index.ts": { bytes: 1, imports: [`${zod}/en.js`, `${zod}/de.js`, `${zod}/fr.js`] },
        [`${zod}/en.js`]: { bytes: 1024 },
        [`${zod}/de.js`]: { bytes: 2048 },
        [`${zod}/fr.js`]: { bytes: 1024 },
      }),
    );
    expect(sizeProblems(modules, 0)).toEqual([
      `No request uses ${zod}/de.js, 3 KiB in 2 modules by way of src/index.ts: ` +
        'import zod with `import * as z from "zod"`.',
    ]);
  });
});

describe("the budget", () => {
  it("may be used up, and not exceeded", () => {
    expect(sizeProblems([], GZIP_BUDGET)).toEqual([]);
    expect(sizeProblems([], GZIP_BUDGET + 1024)).toEqual([
      "The Worker weighs 601 KiB compressed, and should weigh 600 KiB at most.",
    ]);
  });
});
