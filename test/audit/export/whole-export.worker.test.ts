import { applyD1Migrations, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { wholeExport } from "../../../src/audit/export/whole-export.ts";
import { acceptedKeys } from "../../../src/audit/sign/integrity-settings.ts";
import { storeRecords } from "../../../src/audit/store/store.ts";
import type { ChainHead } from "../../../verifier/event/chain-head.ts";
import { readExport } from "../../../verifier/export/exported.ts";
import { withoutPlanted } from "../../../verifier/verify/planted.ts";
import { begin, chainSince, seqs, tenant, tenantStored } from "../../support/worker/attested.ts";
import { foundOffline } from "../signed-fixture.ts";

const NOW = Date.now();
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** Longer than two pages of an export. */
const LENGTH = 250;
const CHAIN = "session/m/1";

beforeEach(async () => {
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  await begin(chainSince(CHAIN, LENGTH, NOW - 1_000 * DAY));
  // Signed at a time at which nothing was old yet.
  await tenant().attest(NOW - 100_000 * DAY);
  await tenantStored();
});

/** The lines of an export of which each page takes a minute, and what `meanwhile` does between two of them. */
async function slowExport(meanwhile: (now: number) => Promise<void>): Promise<string[]> {
  let now = NOW;
  const lines: string[] = [];
  for await (const page of wholeExport(env, () => now)) {
    lines.push(...page);
    now += MINUTE;
    await meanwhile(now);
  }
  return lines;
}

/** The numbers of a chain's events in an export. */
function exported(lines: readonly string[], chain: string): number[] {
  return [...withoutPlanted(readExport(lines)).events]
    .filter((event) => event.chain === chain)
    .map(({ seq }) => seq);
}

async function found(lines: readonly string[]): Promise<string[]> {
  return foundOffline(lines, await acceptedKeys(env));
}

describe("an export", () => {
  test("holds though retention is due between any two of its pages, and what was due goes afterwards", async () => {
    let ended = NOW;
    const lines = await slowExport(async (now) => {
      ended = now;
      await tenant().attest(now);
      await tenantStored();
    });
    expect(await found(lines)).toEqual([]);
    expect(await seqs(CHAIN)).toHaveLength(LENGTH);
    await tenant().attest(ended + 10 * MINUTE);
    expect(await seqs(CHAIN)).toEqual([]);
  });

  test("is of what there was when it began: what comes meanwhile isn't missed in it", async () => {
    let others = 0;
    const lines = await slowExport(async (now) => {
      others += 1;
      // Before what is exported and after it, and both by the tenant's word.
      await begin(chainSince(`effect/${others}/1`, 2, now - 20 * MINUTE));
      await begin(chainSince(`session/z${others}/1`, 2, now + 20 * MINUTE));
      await tenant().attest(now);
      await tenantStored();
    });
    expect(others).toBeGreaterThan(3);
    expect(await found(lines)).toEqual([]);
    expect(lines.join("\n")).not.toContain("session/z");
  });

  test("ends a chain before what is still on its way, and has it when that has arrived", async () => {
    const records = chainSince("session/busy/1", 5, NOW - MINUTE);
    await begin(records);
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = 'session/busy/1' AND seq = 4").run();
    const overtaken = await slowExport(async () => {});
    expect(await found(overtaken)).toEqual([]);
    expect(exported(overtaken, "session/busy/1")).toEqual([1, 2, 3]);
    await storeRecords(env.DB, records);
    const whole = await slowExport(async () => {});
    expect(await found(whole)).toEqual([]);
    expect(exported(whole, "session/busy/1")).toEqual([1, 2, 3, 4, 5]);
  });

  test("names what is missing for longer than anything is on its way", async () => {
    await begin(chainSince("session/idle/1", 5, NOW - 11 * MINUTE));
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = 'session/idle/1' AND seq = 4").run();
    expect(await found(await slowExport(async () => {}))).toEqual(["removed session/idle/1 4"]);
  });

  test("names what was removed a moment ago, if it was signed", async () => {
    await begin(chainSince("session/signed/1", 5, NOW - MINUTE));
    await tenant().attest(NOW);
    await tenantStored();
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = 'session/signed/1' AND seq = 4").run();
    expect(await found(await slowExport(async () => {}))).toEqual(["removed session/signed/1 4"]);
  });

  test("ends a chain before what is still on its way above what was signed, and names what is missing below", async () => {
    const records = chainSince("session/both/1", 7, NOW - MINUTE);
    await begin(records.slice(0, 3));
    await tenant().attest(NOW);
    await tenantStored();
    await storeRecords(env.DB, records.slice(4));
    const overtaken = await slowExport(async () => {});
    expect(await found(overtaken)).toEqual([]);
    expect(exported(overtaken, "session/both/1")).toEqual([1, 2, 3]);
    await env.DB.prepare("DELETE FROM audit_events WHERE chain = 'session/both/1' AND seq = 3").run();
    expect(await found(await slowExport(async () => {}))).toEqual(["cut_tail session/both/1 3"]);
  });

  test("takes what an anchor covers for what isn't missing", async () => {
    await tenant().attest(NOW);
    await tenantStored();
    expect(await seqs(CHAIN)).toEqual([]);
    const anchor = await env.DB.prepare("SELECT seq, hash FROM audit_anchors WHERE chain = ?")
      .bind(CHAIN)
      .first<ChainHead>();
    await storeRecords(env.DB, chainSince(CHAIN, 1, NOW - MINUTE, 1_000, anchor ?? undefined));
    expect(exported(await slowExport(async () => {}), CHAIN)).toEqual([LENGTH + 1]);
  });

  test("comes out whatever somebody has put among the anchors and checkpoints, and says what that is worth", async () => {
    const claims = `x.${btoa(`{"at":{"toString":1,"valueOf":1}}`)}.x`;
    await env.DB.batch([
      env.DB.prepare("INSERT INTO audit_anchors VALUES ('session/x/1', 'x', x'00', x'00', x'ff00')"),
      env.DB.prepare("INSERT INTO audit_anchors VALUES (x'00', 9e999, 1.5, x'00', '')"),
      env.DB.prepare("INSERT INTO audit_anchors VALUES ('session/y/1', 1, x'00', '', ?)").bind(claims),
      env.DB.prepare("INSERT INTO audit_checkpoints VALUES (1000000000, x'00', x'ff00', zeroblob(9))"),
    ]);
    const lines = await slowExport(async () => {});
    expect(await found(lines)).toEqual([
      "forged session/y/1 1",
      "removed checkpoint 2-999999999",
      "forged checkpoint 1000000000",
      "planted session/x/1 x",
      "planted X'00' 9.0e+999",
    ]);
  });

  test("that stood still until retention could wait no longer ends with an error, not with a gap", async () => {
    let now = NOW;
    const pages = wholeExport(env, () => now);
    const lines: string[] = [];
    while (!lines.some((line) => line.includes(`"log_name":"audit"`)))
      lines.push(...((await pages.next()).value ?? expect.fail()));
    now += 10 * MINUTE;
    await tenant().attest(now);
    await expect(pages.next()).rejects.toThrow("removed while the audit was exported");
  });

  test("waits for retention that is under way", async () => {
    await runInDurableObject(tenant(), async (object, { storage }) => {
      const runs = () => storage.sql.exec<{ runs: number }>("SELECT runs FROM export_hold").one().runs;
      const before = runs();
      let ended = false;
      const under_way = object.attest(NOW).finally(() => {
        ended = true;
      });
      const released = () => ended || runs() > before;
      // Retention takes several turns of the database, one after the other; this sees it after its first.
      while (!released()) await env.DB.prepare("SELECT 1").run();
      await object.holdRetention(NOW);
      expect(await seqs(CHAIN)).toEqual([]);
      await under_way;
    });
  });

  test("that was too short to ask again ends with an error, too, if retention ran while it lasted", async () => {
    for (let now = NOW; now < NOW + DAY; now += 9 * MINUTE) await tenant().holdRetention(now);
    // Retention waits for a day, and this begins a second before that is over.
    let now = NOW + DAY - 1_000;
    const pages = wholeExport(env, () => now);
    const rest = async () => {
      for await (const _page of pages) {
        now += 1_000;
        await tenant().attest(now);
      }
    };
    await expect(rest()).rejects.toThrow("removed while the audit was exported");
  });

  test("after another keeps retention waiting, but never for longer than a day in all", async () => {
    for (let now = NOW; now < NOW + DAY; now += 9 * MINUTE) await tenant().holdRetention(now);
    await tenant().attest(NOW + DAY - 1);
    expect(await seqs(CHAIN)).toHaveLength(LENGTH);
    await tenant().attest(NOW + DAY);
    expect(await seqs(CHAIN)).toEqual([]);
  });

  test("that asks after the end of that day, and before retention had its turn, doesn't begin another day", async () => {
    for (let now = NOW; now < NOW + DAY; now += 9 * MINUTE) await tenant().holdRetention(now);
    await tenant().holdRetention(NOW + DAY + 1);
    await tenant().attest(NOW + DAY + 2);
    expect(await seqs(CHAIN)).toEqual([]);
  });

  test("by a clock that was a year ahead keeps retention waiting no longer than another", async () => {
    await tenant().holdRetention(NOW + 365 * DAY);
    await tenant().attest(NOW);
    expect(await seqs(CHAIN)).toEqual([]);
    await tenant().holdRetention(NOW + 365 * DAY);
    await tenant().holdRetention(NOW);
    await begin(chainSince("session/n/1", 2, NOW - 1_000 * DAY));
    await tenant().attest(NOW + 9 * MINUTE);
    expect(await seqs("session/n/1")).toEqual([1, 2]);
  });
});
