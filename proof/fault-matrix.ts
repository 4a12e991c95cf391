/** `npm run fault-matrix`: writes docs/reference/fault-matrix.md from the tables that the tests of the same name hold every tool to. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { faultMatrixPage } from "../test/faults/page.ts";

new Command("fault-matrix")
  .description("Writes docs/reference/fault-matrix.md from the tables that the tests hold every tool to.")
  .parse();

const path = join(import.meta.dirname, "../docs/reference/fault-matrix.md");

writeFileSync(path, faultMatrixPage());
console.log(`wrote ${path}`);
