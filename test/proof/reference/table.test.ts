import { expect, test } from "vitest";
import { table } from "../../../proof/reference/table.ts";

test("a cell stays one cell, whatever is in it, and columns are as wide as their widest", () => {
  expect(table(["name", "what"], [["one", "this|that"]])).toBe(
    ["| name | what       |", "| ---- | ---------- |", "| one  | this\\|that |", ""].join("\n"),
  );
});
