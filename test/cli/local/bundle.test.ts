import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { bundleWorker } from "../../../cli/local/bundle.ts";

const CONFIG = `
name = "small"
main = "src/index.ts"
compatibility_date = "2026-10-01"
[vars]
GREETING = "hello"
[secrets]
required = ["SECRET_WORD"]
[[d1_databases]]
binding = "DB"
database_name = "small"
database_id = "00000000-0000-0000-0000-000000000000"
migrations_dir = "migrations"
[triggers]
crons = ["* * * * *"]
`;

let root: string;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-bundle-"));
  await write("wrangler.toml", CONFIG);
  await write("tsconfig.json", "{}");
  await write("package-lock.json", "{}");
  await write("src/index.ts", `export default { fetch: (): Response => new Response("first") };`);
  await write("verifier/json.ts", "export type Json = null;");
  await write("migrations/0002_b.sql", "CREATE TABLE b (id TEXT);");
  await write("migrations/0001_a.sql", "CREATE TABLE a (id TEXT DEFAULT ';'); CREATE INDEX a_id ON a (id);");
});
afterEach(() => rm(root, { recursive: true, force: true }));

test("builders at the same time agree on one build", async () => {
  const bundles = await Promise.all([bundleWorker(root), bundleWorker(root), bundleWorker(root)]);
  expect(new Set(bundles.map(({ script }) => script)).size).toBe(1);
  expect(await readdir(join(root, "dist"))).toHaveLength(1);
  expect(await readFile(bundles[0].script, "utf8")).toContain('"first"');
});

test("the same sources are built once, a changed source anew", async () => {
  const first = await bundleWorker(root);
  await writeFile(first.script, "kept");
  const again = await bundleWorker(root);
  expect(await readFile(again.script, "utf8")).toBe("kept");

  await write("src/index.ts", `export default { fetch: (): Response => new Response("second") };`);
  const second = await bundleWorker(root);
  expect(await readFile(second.script, "utf8")).toContain('"second"');
});

test("a source that doesn't build says what is wrong, and leaves nothing behind", async () => {
  await write("src/index.ts", `import { missing } from "./missing.ts"; export default { fetch: missing };`);
  await expect(bundleWorker(root)).rejects.toThrow('Could not resolve "./missing.ts"');
  expect(await readdir(join(root, "dist"))).toEqual([]);
});

test("wrangler.toml is the one place where variables, secrets, schedules and migrations are declared", async () => {
  const { config } = await bundleWorker(root);
  expect(config).toMatchObject({
    name: "small",
    vars: { GREETING: "hello" },
    secrets: ["SECRET_WORD"],
    crons: ["* * * * *"],
    database: "DB",
    migrations: [
      {
        name: "0001_a.sql",
        statements: ["CREATE TABLE a (id TEXT DEFAULT ';')", "CREATE INDEX a_id ON a (id)"],
      },
      { name: "0002_b.sql", statements: ["CREATE TABLE b (id TEXT);"] },
    ],
  });
});

test("a secret in the environment of whoever builds is not kept on disk", async () => {
  process.env.SECRET_WORD = "swordfish";
  try {
    const { script } = await bundleWorker(root);
    for (const name of await readdir(dirname(script))) {
      expect(await readFile(join(dirname(script), name), "utf8")).not.toContain("swordfish");
    }
  } finally {
    delete process.env.SECRET_WORD;
  }
});
