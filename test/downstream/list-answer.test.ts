import { describe, expect, test } from "vitest";
import { z } from "zod";
import { readListAnswer } from "../../src/downstream/list-answer.ts";
import type { ListWindow } from "../../src/toolkit/upstream/upstream.ts";

const Item = z.object({ n: z.int() });
const everything: ListWindow<{ n: number }> = { from: 0, most: 100, keep: () => true };

function listOf(response: Response, window: Partial<ListWindow<{ n: number }>> = {}) {
  return readListAnswer(response, Item, { ...everything, ...window });
}

const items = (count: number) => Array.from({ length: count }, (_, n) => ({ n }));
const list = (count: number) => new Response(JSON.stringify(items(count)));

describe("a list that is too long to be read as a whole", () => {
  test("is read in parts that together are the list", async () => {
    const seen: unknown[] = [];
    let next: number | null = 0;
    while (next !== null) {
      const { list: part } = await listOf(list(10), { from: next, most: 3 });
      if (part === undefined || !("kept" in part)) throw new Error("it is a list");
      seen.push(...part.kept);
      next = part.next;
    }
    expect(seen).toEqual(items(10));
  });

  test("knows when it is at its end, and when it isn't", async () => {
    expect((await listOf(list(3), { most: 3 })).list).toEqual({ kept: items(3), next: null, unreadable: 0 });
    expect((await listOf(list(4), { most: 3 })).list).toEqual({ kept: items(3), next: 3, unreadable: 0 });
    expect((await listOf(list(0))).list).toEqual({ kept: [], next: null, unreadable: 0 });
    expect((await listOf(list(3), { from: 9 })).list).toEqual({ kept: [], next: null, unreadable: 0 });
  });

  test("keeps what is wanted, and goes on behind the last of it", async () => {
    const odd = ({ n }: { n: number }) => n % 2 === 1;
    expect((await listOf(list(10), { most: 2, keep: odd })).list).toEqual({
      kept: [{ n: 1 }, { n: 3 }],
      next: 4,
      unreadable: 0,
    });
  });

  test("leaves out what can't be read of it, and counts that", async () => {
    const odd = new Response('[{"n":0},{"n":"1"},{},{"n":3}]');
    expect((await listOf(odd)).list).toEqual({ kept: [{ n: 0 }, { n: 3 }], next: null, unreadable: 2 });
  });

  test("ends for who reads on in it, though its last elements can't be read", async () => {
    const odd = new Response('[{"n":0},{"n":"1"},{}]');
    expect((await listOf(odd, { from: 1 })).list).toEqual({ kept: [], next: null, unreadable: 2 });
  });

  test("is not fetched further than it is wanted", async () => {
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new TextEncoder().encode(sent === 0 ? '[{"n":0}' : `,{"n":${sent}}`));
          sent += 1;
        },
        cancel() {
          cancelled = true;
        },
      },
      { highWaterMark: 0 },
    );
    expect((await listOf(new Response(body), { most: 2 })).list).toMatchObject({ next: 2 });
    expect(cancelled).toBe(true);
    expect(sent).toBeLessThan(6);
  });

  test("holds letters together that a packet took apart", async () => {
    const bytes = new TextEncoder().encode('[{"n":0,"name":"Ö𝄞"}]');
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    const Named = z.object({ name: z.string() });
    const { list: part } = await readListAnswer(new Response(body), Named, {
      ...everything,
      keep: () => true,
    });
    expect(part).toEqual({ kept: [{ name: "Ö𝄞" }], next: null, unreadable: 0 });
  });
});

describe("what isn't such a list", () => {
  test.each([
    ['[{"n":"0"},{"n":1.5}]', "0.n"],
    ["[{}]", "0.n"],
    ['[{"n":0},nonsense]', "1"],
    ['[{"n":0},{"n":1}', "1"],
    ["{}", "0"],
    ["<html></html>", "0"],
  ])("%s is a changed contract at %s", async (text, contract_path) => {
    expect((await listOf(new Response(text))).list).toEqual({ contract_path });
  });

  test("a failure is read like any other answer", async () => {
    const answer = await listOf(new Response("no", { status: 503, headers: { "retry-after": "1" } }));
    expect(answer).toMatchObject({ status: 503, body: "no" });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(answer).not.toHaveProperty("list");
  });
});
