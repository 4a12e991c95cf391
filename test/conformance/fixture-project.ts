/** This project with the suites' fixtures in place of its own tools, resources and prompts. All else is the real thing. */
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const PROJECT = join(import.meta.dirname, "../..");
const FIXTURES = "test/conformance/fixture";

/** What a build of the Worker is made of, and the fixtures. */
const PARTS = [
  "src",
  "verifier",
  "migrations",
  "package.json",
  "package-lock.json",
  "tsconfig.json",
  "wrangler.toml",
  FIXTURES,
];

/** What is made of other things. */
const DEPLOYMENT = "src/deployment.ts";

/** Servers that also act out what the suites want asked; each begins with the real one. */
const SERVERS = {
  "src/session/lanes/legacy-lane.ts": "legacy-server.ts",
  "src/session/lanes/modern-lane.ts": "modern-server.ts",
};

/** Writes the project down in a directory of its own. The caller removes it. */
export async function writeFixtureProject(): Promise<{ root: string; remove: () => Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), "sallyport-conformance-"));
  await Promise.all(PARTS.map((part) => cp(join(PROJECT, part), join(root, part), { recursive: true })));
  await symlink(join(PROJECT, "node_modules"), join(root, "node_modules"));
  const fixture = `export * from "${up(DEPLOYMENT)}${FIXTURES}/deployment.ts";\n`;
  await writeFile(join(root, DEPLOYMENT), fixture);
  for (const [lane, fixture] of Object.entries(SERVERS)) {
    const text = await readFile(join(root, lane), "utf8");
    const parts = text.split(`from "./${fixture}"`);
    if (parts.length !== 2) throw new Error(`${lane} doesn't import ${fixture} once`);
    await writeFile(join(root, lane), parts.join(`from "${up(lane)}${FIXTURES}/${fixture}"`));
  }
  return { root, remove: () => rm(root, { recursive: true, force: true }) };
}

function up(file: string): string {
  return "../".repeat(file.split("/").length - 1);
}
