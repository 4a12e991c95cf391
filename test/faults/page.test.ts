import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { faultMatrixPage } from "./page.ts";

test("docs/reference/fault-matrix.md is what the tables say (if not: node proof/fault-matrix.ts)", () => {
  const page = join(import.meta.dirname, "../../docs/reference/fault-matrix.md");
  expect(readFileSync(page, "utf8")).toBe(faultMatrixPage());
});
