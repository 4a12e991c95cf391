import { applyD1Migrations, reset, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { wholeExport } from "../../src/audit/export/whole-export.ts";
import { acceptedKeys } from "../../src/audit/sign/integrity-settings.ts";
import { signerWith } from "../../src/audit/sign/signer.ts";
import { removeAnchored } from "../../src/audit/store/integrity-store.ts";
import { storeRecords } from "../../src/audit/store/store.ts";
import { Due } from "../../src/audit/write/due.ts";
import { Ledger } from "../../src/audit/write/ledger.ts";
import { ChainRegister } from "../../src/tenant/chain-register.ts";
import { Retention } from "../../src/tenant/retention.ts";
import { Troubles } from "../../src/tenant/troubles.ts";
import type { AuditRecord } from "../../verifier/event/record.ts";
import type { Trouble } from "../../verifier/event/trouble.ts";
import { exportColumns, readExport } from "../../verifier/export/exported.ts";
import { readExportedProofs } from "../../verifier/export/exported-proofs.ts";
import { gatherEvidence } from "../../verifier/verify/evidence.ts";
import { verifyEvents } from "../../verifier/verify/verify.ts";
import { begin, chainSince, found, proofs, seqs, tenant, tenantStored } from "../support/worker/attested.ts";

const NOW = Date.now();
const DAY = 24 * 3_600_000;
const KEEP = 400 * DAY;

let error: MockInstance<typeof console.error>;
beforeEach(async () => {
  error = vi.spyOn(console, "error").mockImplementation(() => {});
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
});
afterEach(() => {
  error.mockRestore();
});

/** Five events, the first three of them more than 400 days old. */
function oldChain(chain: string): AuditRecord[] {
  return chainSince(chain, 5, NOW - 1_000 * DAY, 250 * DAY);
}

/** Runs retention alone, in the tenant's object, on another database than its own. */
function retain(db: D1Database): Promise<void> {
  return runInDurableObject(tenant(), async (_object, { storage }) => {
    const ledger = new Ledger(storage, new Due(storage), env.TENANT);
    const troubles = new Troubles(storage, ledger);
    const retention = new Retention(storage, db, ledger, new ChainRegister(storage), troubles);
    const signer = await signerWith(env.CHECKPOINT_PRIVATE_KEY);
    await retention.run(signer, [signer.public_key], KEEP, NOW);
  });
}

/** A database whose n-th call fails, before it does anything or after. */
function failingAt(n: number, when: "before" | "after"): { db: D1Database; failed: () => boolean } {
  let calls = 0;
  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    calls += 1;
    if (calls === n && when === "before") throw new Error("the database is away");
    const result = await work();
    if (calls === n) throw new Error("the database is away, but it did what it was asked");
    return result;
  };
  const statement = (real: D1PreparedStatement): D1PreparedStatement =>
    new Proxy(real, {
      get(target, name) {
        if (name === "real") return target;
        if (name === "bind") return (...values: unknown[]) => statement(target.bind(...values));
        if (name === "run" || name === "all") return () => attempt(() => target[name]());
        if (name === "first") return () => attempt(() => target.first());
        return Reflect.get(target, name);
      },
    });
  const db = {
    prepare: (query: string) => statement(env.DB.prepare(query)),
    batch: (statements: (D1PreparedStatement & { real: D1PreparedStatement })[]) =>
      attempt(() => env.DB.batch(statements.map(({ real }) => real))),
  } as unknown as D1Database;
  return { db, failed: () => calls >= n };
}

test("what is older than the retention goes, under an anchor, and what remains still verifies", async () => {
  await begin(oldChain("session/a/1"));
  await tenant().attest(NOW);
  await tenantStored();
  expect(await seqs("session/a/1")).toEqual([4, 5]);
  expect(await proofs()).toContainEqual(
    expect.objectContaining({ kind: "anchor", chain: "session/a/1", seq: 3 }),
  );
  expect(await found()).toEqual([]);
  const recorded = await env.DB.prepare("SELECT event FROM audit_events WHERE type = 'retention'").first<{
    event: string;
  }>();
  expect(JSON.parse(recorded?.event ?? "{}").detail.anchors).toMatchObject([
    { chain: "session/a/1", seq: 3 },
  ]);
});

test("an export carries the anchor, and verifies from it", async () => {
  await begin(oldChain("session/a/1"));
  await tenant().attest(NOW);
  await tenantStored();
  const lines: string[] = [];
  for await (const page of wholeExport(env)) lines.push(...page);

  const verify = async (exported: readonly string[]) => {
    const gathered = await gatherEvidence([...readExportedProofs(exported)], await acceptedKeys(env));
    const { findings } = verifyEvents([...readExport(exported)], null, exportColumns, gathered.evidence);
    return [...gathered.findings, ...findings].map(({ defect, chain, seq }) => `${defect} ${chain} ${seq}`);
  };
  expect(await verify(lines)).toEqual([]);
  const anchorless = lines.filter((line) => !line.includes('"log_name":"anchors"'));
  expect(await verify(anchorless)).toEqual(["removed session/a/1 1"]);
  const cut = lines.filter((line) => !(line.includes("session/a/1") && line.includes('"sequence":4')));
  expect(await verify(cut)).toEqual(["removed session/a/1 4"]);
});

describe.each(["before", "after"] as const)(
  "a run that is cut short %s any of its calls to the database",
  (when) => {
    test("loses nothing that isn't under an anchor, and the next run ends what it began", async () => {
      let point = 1;
      for (let done = false; !done; point++) {
        const chain = `session/cut-${point}/1`;
        await begin(oldChain(chain));
        // Without retention: every checkpoint but this one would be in the way.
        await runInDurableObject(tenant(), (object) => object.attest(NOW - 100_000 * DAY));
        const { db, failed } = failingAt(point, when);
        await retain(db).catch(() => {});
        done = !failed();
        await tenantStored();
        expect(await found(), `call ${point}`).toEqual([]);
        const left = await seqs(chain);
        expect([
          [1, 2, 3, 4, 5],
          [4, 5],
        ]).toContainEqual(left);
        await retain(env.DB);
        await tenantStored();
        expect(await seqs(chain), `call ${point}`).toEqual([4, 5]);
        expect(await found(), `call ${point}`).toEqual([]);
      }
      // Finding chains, their remains, the checkpoints, the anchors, the removal.
      expect(point).toBeGreaterThan(4);
    });
  },
);

describe("nothing goes of a chain", () => {
  test("that isn't under a checkpoint", async () => {
    await begin(oldChain("session/a/1"));
    await retain(env.DB);
    expect(await seqs("session/a/1")).toEqual([1, 2, 3, 4, 5]);
  });

  test("beyond what is under one", async () => {
    const records = oldChain("session/a/1");
    await begin(records.slice(0, 2));
    await tenant().attest(NOW - 100_000 * DAY);
    await storeRecords(env.DB, records);
    await retain(env.DB);
    expect(await seqs("session/a/1")).toEqual([3, 4, 5]);
  });

  test("that no object began", async () => {
    await storeRecords(env.DB, oldChain("session/forged/1"));
    await tenant().attest(NOW);
    expect(await seqs("session/forged/1")).toHaveLength(5);
  });

  test.each([
    ["has a gap", "DELETE FROM audit_events WHERE seq = 4 AND chain = 'session/a/1'", [1, 2, 3, 5]],
    [
      "was edited where it is old",
      "UPDATE audit_events SET event = replace(event, 'ada', 'eve') WHERE seq = 2 AND chain = 'session/a/1'",
      [1, 2, 3, 4, 5],
    ],
  ])("that %s: it is evidence", async (_what, tampering, left) => {
    await begin(oldChain("session/a/1"));
    await tenant().attest(NOW - 100_000 * DAY);
    await env.DB.prepare(tampering).run();
    await tenant().attest(NOW);
    expect(await seqs("session/a/1")).toEqual(left);
    const alerts = error.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(alerts).toContainEqual(expect.objectContaining({ alert: "audit_kept", chain: "session/a/1" }));
  });

  test("that has a conflict on record", async () => {
    await begin(oldChain("session/a/1"));
    const conflict = { chain: "session/a/1", seq: 5, stored_hash: "a", offered_hash: "b" };
    await tenant().reportTroubles([{ kind: "conflict", ...conflict, seen_by: "consumer" }]);
    await tenant().attest(NOW);
    expect(await seqs("session/a/1")).toHaveLength(5);
  });

  test("without its anchor in the store, whoever asks", async () => {
    await begin(oldChain("session/a/1"));
    const records = oldChain("session/a/1");
    const anchor = { chain: "session/a/1", seq: 3, hash: records[2]?.hash ?? "", jws: "" };
    expect(await removeAnchored(env.DB, [anchor])).toEqual(new Set());
    expect(await seqs("session/a/1")).toHaveLength(5);
  });
});

test("a late duplicate of what has gone doesn't come back, and is no gap", async () => {
  const records = oldChain("session/a/1");
  await begin(records);
  await tenant().attest(NOW);
  await storeRecords(env.DB, records);
  expect(await seqs("session/a/1")).toEqual([4, 5]);
  await tenantStored();
  expect(await found()).toEqual([]);
});

test("old checkpoints go once later ones and anchors say all that they said", async () => {
  const records = chainSince("session/a/1", 2, NOW - 500 * DAY);
  await begin(records);
  await tenant().attest(NOW - 450 * DAY);
  await tenantStored();
  // The chain's events go first; only then is there nothing left that the old list alone speaks of.
  for (let run = 0; run < 4; run++) {
    await tenant().attest(NOW + run * 61 * 60_000);
    await tenantStored();
  }
  const kept = (await proofs()).flatMap((proof) => (proof.kind === "checkpoint" ? [proof.n] : []));
  expect(kept[0]).toBe(2);
  expect(await seqs("session/a/1")).toEqual([]);
  expect(await found()).toEqual([]);
  await env.DB.prepare("DELETE FROM audit_anchors WHERE chain = 'checkpoint'").run();
  expect(await found()).toEqual(["removed checkpoint 1"]);
});

test("what the store refused stays in the tenant's chain until somebody has acknowledged it", async () => {
  const trouble = { chain: "session/a/1", seq: 5, stored_hash: "a", offered_hash: "b", seen_by: "object" };
  await tenant().reportTroubles([{ kind: "conflict", ...trouble } as Trouble]);
  const reports = () =>
    env.DB.prepare("SELECT COUNT(*) AS n FROM audit_events WHERE type = 'conflict'").first<number>("n");
  /** Signs what there is, and lets go of what is too old by then. */
  const pass = async (days: number) => {
    await tenantStored();
    await tenant().attest(NOW + days * DAY);
  };
  await pass(0);
  await pass(500);
  expect(await reports()).toBe(1);
  const [{ id } = { id: "" }] = (await tenant().listTroubles()).open;
  await tenant().acknowledgeTrouble({ id, by: "auditor", reason: "seen" });
  await pass(502);
  await pass(504);
  expect(await reports()).toBe(0);
});
