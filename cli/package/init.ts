/** `sallyport init [FOLDER]`: writes a deployment with a connector of its own and its test. */
import { cp, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { Command } from "commander";

const [folder = "."] = new Command("init")
  .description(
    "Writes a deployment: package.json, wrangler.toml, src/index.ts, and a connector with its test.",
  )
  .argument("[folder]", "where; made if it isn't there, and empty if it is", ".")
  .parse().args;

const root = resolve(folder);
const there = await readdir(root).catch(() => []);
if (there.length > 0) {
  console.error(`sallyport init: ${root} isn't empty. Name a new folder.`);
  process.exit(1);
}
await cp(join(import.meta.dirname, "template"), root, { recursive: true });
await rename(join(root, "gitignore"), join(root, ".gitignore"));
const name = basename(root)
  .toLowerCase()
  .replaceAll(/[^a-z0-9-]+/g, "-")
  .replaceAll(/^-+|-+$/g, "");
const path = join(root, "package.json");
const text = await readFile(path, "utf8");
await writeFile(path, text.replace('"name": "private-connector"', `"name": "${name || "deployment"}"`));
console.log(`Wrote a deployment to ${root}. Next: npm install, npm test, npx sallyport dev.`);
