import { expect, test } from "vitest";
import { crowdstrike } from "../../../src/connectors/crowdstrike/errors.ts";
import {
  inSmallerPages,
  onward,
  pagesOf,
  requirePromised,
  type VendorPage,
} from "../../../src/toolkit/lists/pages.ts";
import { answerTooLarge, unavailable } from "../../../src/toolkit/upstream/failures.ts";

async function read(next: Record<string, string | null>, most = 100): Promise<string[]> {
  const seen: string[] = [];
  const page = (position: string): Promise<VendorPage<string, string>> =>
    Promise.resolve({ content: position, next: next[position] ?? null });
  for await (const { content } of pagesOf(crowdstrike, "op", "a", most, page)) seen.push(content);
  return seen;
}

test("pages are read until there is no next one, or as many as are wanted", async () => {
  expect(await read({ a: "b", b: "c" })).toEqual(["a", "b", "c"]);
  expect(await read({ a: "b", b: "c" }, 2)).toEqual(["a", "b"]);
});

test("a position that was seen before is a changed contract, not a listing without end", async () => {
  await expect(read({ a: "b", b: "c", c: "b" })).rejects.toMatchObject({ code: "upstream_contract_changed" });
  await expect(read({ a: "a" })).rejects.toMatchObject({ code: "upstream_contract_changed" });
  expect(() => onward(crowdstrike, "op", "a", new Set(["a"]))).toThrow();
  expect(onward(crowdstrike, "op", "b", new Set(["a"]))).toBe("b");
});

test("a page that was promised and comes empty was lost, unless more follow", () => {
  const nothing = { records: [], unreadable: 0 };
  const lost = expect.objectContaining({ code: "upstream_unavailable" });
  expect(() => requirePromised(crowdstrike, nothing, "a", null)).toThrow(lost);
  for (const [page, from, next] of [
    [nothing, null, null],
    [nothing, "a", "b"],
    [{ records: [1], unreadable: 0 }, "a", null],
    [{ records: [], unreadable: 1 }, "a", null],
  ] as const) {
    expect(() => requirePromised(crowdstrike, page, from, next)).not.toThrow();
  }
});

test("an answer that is too large is asked for in ever smaller pages", async () => {
  const sizes: number[] = [];
  const most = (fits: number) => (size: number) => {
    sizes.push(size);
    return size > fits ? Promise.reject(answerTooLarge(crowdstrike, "op")) : Promise.resolve(size);
  };
  expect(await inSmallerPages(500, most(100))).toBe(32);
  expect(sizes).toEqual([500, 125, 32]);
  sizes.length = 0;
  await expect(inSmallerPages(500, most(0))).rejects.toMatchObject({ code: "too_large" });
  expect(sizes).toEqual([500, 125, 32]);
  await expect(inSmallerPages(3, most(0))).rejects.toMatchObject({ code: "too_large" });
  await expect(inSmallerPages(3, () => Promise.reject(unavailable(crowdstrike)))).rejects.toMatchObject({
    code: "upstream_unavailable",
  });
});
