/** Writes docs/fault-matrix.md from the tables that the tests of the same name hold every tool to. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { faultMatrixPage } from "../test/faults/page.ts";

const path = join(import.meta.dirname, "..", "docs", "fault-matrix.md");

writeFileSync(path, faultMatrixPage());
console.log(`wrote ${path}`);
