import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { byPart } from "../../bench/profile.ts";

/** A module whose first line comes from the audit, and whose second one from the provider. */
const MAP = {
  version: 3,
  sources: [
    "../src/audit/write/ledger.ts",
    "../node_modules/@cloudflare/workers-oauth-provider/dist/provider.js",
  ],
  names: [],
  mappings: "AAAA;ACAA",
};

let directory: string;
let script: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "sallyport-profile-"));
  script = join(directory, "worker.js");
  await writeFile(`${script}.map`, JSON.stringify(MAP));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const node = (id: number, url: string, lineNumber: number, ...children: number[]) => ({
  id,
  callFrame: { functionName: `f${id}`, url, lineNumber, columnNumber: 0 },
  children,
});

test("time that the runtime's own modules take is that of whoever called them", async () => {
  const profile = {
    nodes: [
      node(1, "", -1, 2, 4),
      node(2, "worker.js", 0, 3),
      // By its line alone it would be the provider's.
      node(3, "node-internal:internal_buffer", 1),
      node(4, "worker.js", 1, 5),
      node(5, "", -1),
    ],
    samples: [1, 2, 3, 4, 5],
    timeDeltas: [1, 10, 100, 1_000, 10_000],
  };
  expect(await byPart(profile, script)).toEqual(
    new Map([
      ["runtime", 1],
      ["audit event", 110],
      ["identity: token", 11_000],
    ]),
  );
});
