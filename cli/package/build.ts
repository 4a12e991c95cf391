/**
 * `npm run package`: builds the package `sallyport` into `artefacts/package` and packs it. One build with code splitting:
 * what a Worker imports holds all that it needs but zod; commands and lab take their libraries from npm.
 */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { build, type Metafile, type Plugin } from "esbuild";
import { PROJECT } from "../local/places.ts";

const OUT = join(PROJECT, "artefacts/package");
const EXAMPLE = join(PROJECT, "examples/private-connector");

/** The package has its own word on where things lie. */
const PLACES: Plugin = {
  name: "places",
  setup({ onResolve }) {
    onResolve({ filter: /\/places\.ts$/ }, () => ({ path: join(PROJECT, "cli/package/places.ts") }));
  },
};

interface Manifest {
  readonly version: string;
  readonly license: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Builds and packs. @returns the path of the packed file */
export async function buildPackage(): Promise<string> {
  await rm(OUT, { recursive: true, force: true });
  await mkdir(OUT, { recursive: true });
  const manifest = JSON.parse(await readFile(join(PROJECT, "package.json"), "utf8")) as Manifest;
  const [node] = await Promise.all([buildForNode(), buildForWorkers(), emitTypes(), copyFiles()]);
  await writeFile(join(OUT, "package.json"), `${JSON.stringify(packageJson(manifest, node), null, 2)}\n`);
  const { stdout } = await promisify(execFile)("npm", ["pack", "--json", "--pack-destination", ".."], {
    cwd: OUT,
  });
  const [packed] = JSON.parse(stdout) as [{ filename: string }];
  return join(OUT, "..", packed.filename);
}

/** @returns the libraries that it leaves to npm */
async function buildForNode(): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: {
      bin: join(PROJECT, "cli/package/bin.ts"),
      audit: join(PROJECT, "cli/audit.ts"),
      lab: join(PROJECT, "lab/main.ts"),
      testing: join(PROJECT, "cli/package/testing.ts"),
    },
    outdir: OUT,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    packages: "external",
    chunkNames: "chunks-[hash]",
    metafile: true,
    absWorkingDir: PROJECT,
    plugins: [PLACES],
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    logLevel: "error",
  });
  return externals(metafile);
}

async function buildForWorkers(): Promise<void> {
  await build({
    entryPoints: { index: join(PROJECT, "src/public.ts") },
    outdir: OUT,
    bundle: true,
    splitting: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["zod", "cloudflare:*", "node:*"],
    alias: {
      ajv: join(PROJECT, "src/session/lanes/without-ajv.ts"),
      "ajv-formats": join(PROJECT, "src/session/lanes/without-ajv.ts"),
    },
    chunkNames: "chunks-[hash]",
    absWorkingDir: PROJECT,
    jsx: "automatic",
    jsxImportSource: "hono/jsx",
    logLevel: "error",
  });
}

async function emitTypes(): Promise<void> {
  const tsc = join(PROJECT, "node_modules/.bin/tsc");
  await promisify(execFile)(tsc, ["-p", join(PROJECT, "tsconfig.package.json")], { cwd: PROJECT });
}

/** The template is the example, so that what `init` writes is what is tested. */
async function copyFiles(): Promise<void> {
  await Promise.all([
    cp(join(PROJECT, "migrations"), join(OUT, "migrations"), { recursive: true }),
    cp(EXAMPLE, join(OUT, "template"), {
      recursive: true,
      filter: (source) => !/\/(?:node_modules|dist|\.state)(?:\/|$)/.test(source.slice(EXAMPLE.length)),
    }),
    ...["LICENSE", "README.md"].map((name) => cp(join(PROJECT, name), join(OUT, name))),
  ]);
  // npm takes no file of that name into a package.
  await rename(join(OUT, "template/.gitignore"), join(OUT, "template/gitignore"));
}

function externals({ outputs }: Metafile): string[] {
  const paths = Object.values(outputs)
    .flatMap(({ imports }) => imports)
    .filter(({ external, path }) => external === true && !/^(?:node:|cloudflare:)/.test(path))
    .map(({ path }) =>
      path
        .split("/")
        .slice(0, path.startsWith("@") ? 2 : 1)
        .join("/"),
    );
  return [...new Set(paths)].sort();
}

function packageJson(
  { version, license, dependencies, devDependencies }: Manifest,
  libraries: readonly string[],
) {
  const known = { ...devDependencies, ...dependencies };
  const needed = libraries.filter((name) => name !== "zod" && Object.hasOwn(known, name));
  return {
    name: "sallyport",
    version,
    description:
      "Remote MCP connector for security and compliance tools: identity, schemas, errors, idempotency and audit.",
    license,
    type: "module",
    engines: { node: ">=22" },
    bin: { sallyport: "./bin.js" },
    exports: {
      ".": { types: "./types/src/public.d.ts", default: "./index.js" },
      "./testing": { types: "./types/cli/package/testing.d.ts", default: "./testing.js" },
      "./package.json": "./package.json",
    },
    dependencies: Object.fromEntries(needed.map((name) => [name, known[name]])),
    peerDependencies: { zod: known.zod },
  };
}

if (import.meta.main) {
  new Command("package").description("Builds the package sallyport, and prints where it was packed.").parse();
  console.log(await buildPackage());
}
