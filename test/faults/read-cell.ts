/** What a read came to, in the words of the tables. */
import { expect } from "vitest";
import type { Result } from "../../src/path/answer.ts";
import { failureKindOf } from "../../src/toolkit/failure.ts";
import type { Cell, ReadColumn } from "./read-matrix.ts";

/** A result in the words of the matrix, with all that must be true of it whatever the fault. */
export function cellOf(result: Result, { vendor, tool }: Pick<ReadColumn, "vendor" | "tool">): Cell {
  if (result.status === "error") {
    const { kind, code, retryable } = result.error;
    expect(kind).toBe(failureKindOf(code));
    expect(retryable).toBe(kind === "transient");
    return { status: "error", code };
  }
  if (!("coverage" in result)) throw new Error(JSON.stringify(result));
  const { complete, sources } = result.coverage;
  if (result.status === "not_found") return { status: "not_found" };
  if (complete) return { status: "complete" };
  if (tool === "check_control") expect(result).toMatchObject({ data: { status: "indeterminate" } });
  const failed = sources.find(({ source }) => source === vendor);
  expect(failed).toMatchObject({ status: "error", error: { code: expect.any(String) } });
  return { status: "incomplete", code: failed?.error?.code ?? "internal" };
}
