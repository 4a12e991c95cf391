/** The package as somebody meets it who extends Sallyport from a repository of their own. */
import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { parse } from "smol-toml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { buildPackage } from "../../cli/package/build.ts";

const ROOT = join(import.meta.dirname, "../..");
const EXAMPLE = join(ROOT, "examples/private-connector");
const PATIENCE_MS = 240_000;

let packed: string;
let scratch: string;

/** Runs a command to its end. @throws Error with all that it said, if it fails */
async function run(cwd: string, command: string, ...args: string[]): Promise<string> {
  // A run of its own: not one of the runner that runs this test.
  const { NODE_TEST_CONTEXT: _runner, VITEST: _vitest, ...env } = process.env;
  try {
    const { stdout } = await promisify(execFile)(command, args, { cwd, env });
    return stdout;
  } catch (thrown) {
    const { stdout, stderr } = thrown as { stdout: string; stderr: string };
    throw new Error(`${command} ${args.join(" ")}\n${stdout}${stderr}`);
  }
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
    .sort();
}

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), "sallyport-package-"));
  packed = await buildPackage();
}, PATIENCE_MS);
afterAll(() => rm(scratch, { recursive: true, force: true }));

describe("the package", () => {
  test("names no global Env, and no file of this machine", async () => {
    const types = join(ROOT, "artefacts/package/types");
    const declared = (await filesIn(types)).filter((file) => file.startsWith("src/"));
    expect(declared.length).toBeGreaterThan(100);
    for (const file of declared) {
      const text = await readFile(join(types, file), "utf8");
      if (/\benv: Env\b/.test(text)) expect(text, file).toMatch(/import type \{ Env \} from/);
      expect(text, file).not.toContain(ROOT);
    }
  });

  test(
    "is packed, writes a deployment, is installed there, type-checks, starts and answers",
    async () => {
      const folder = join(scratch, "our-deployment");
      await run(scratch, process.execPath, join(ROOT, "artefacts/package/bin.js"), "init", folder);
      expect(await filesIn(folder)).toEqual(await filesIn(EXAMPLE));
      await copyFile(packed, join(folder, "sallyport-0.2.0.tgz"));
      await run(folder, "npm", "install", "--no-audit", "--no-fund", "--prefer-offline");
      await run(folder, "npm", "run", "check");
      expect(await run(folder, "npm", "test")).toMatch(/# pass 11\n# fail 0/);
    },
    PATIENCE_MS,
  );

  test("refuses to write where something is already", async () => {
    const bin = join(ROOT, "artefacts/package/bin.js");
    await expect(run(scratch, process.execPath, bin, "init", EXAMPLE)).rejects.toThrow("isn't empty");
    await expect(run(scratch, process.execPath, bin, "no-such")).rejects.toThrow("there is no command");
  });
});

test("the example's wrangler.toml has what ours has, but for what is a deployment's own", async () => {
  const [ours, theirs] = await Promise.all(
    [ROOT, EXAMPLE].map(async (folder) => parse(await readFile(join(folder, "wrangler.toml"), "utf8"))),
  );
  const { vars, alias: _alias, ...rest } = ours as Record<string, object>;
  expect(theirs).toEqual({
    ...rest,
    name: "private-connector",
    vars: { INVENTORY_BASE_URL: "", INVENTORY_READ_API_KEY: "", ...vars },
    d1_databases: (rest.d1_databases as object[]).map((database) => ({
      ...database,
      migrations_dir: "node_modules/sallyport/migrations",
    })),
  });
});
