/** `npm run reference`: writes the parts of pages that repeat what the code declares. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { referenceFiles } from "./reference/files.ts";

new Command("reference").description("Writes the parts of pages that repeat what the code declares.").parse();

const root = join(import.meta.dirname, "..");

for (const [path, text] of await referenceFiles(root)) {
  await writeFile(join(root, path), text);
  console.log(`wrote ${path}`);
}
