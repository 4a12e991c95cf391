import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTenant } from "../../../cli/tenant/create.ts";
import { destroyTenant } from "../../../cli/tenant/destroy.ts";
import { TenantFolder } from "../../../cli/tenant/folder.ts";
import { fromJson } from "../../../cli/tenant/secrets.ts";
import { type AuditRecord, RECORD_COLUMNS } from "../../../verifier/event/record.ts";
import { readExport } from "../../../verifier/export/exported.ts";
import { withoutPlanted } from "../../../verifier/verify/planted.ts";
import { chainRecords, FULL_FACT } from "../../audit/chain-fixture.ts";
import { acme, base, SECRETS } from "./acme.ts";
import { RehearsedAccount } from "./rehearsed-account.ts";

const records = chainRecords("session/s1/i1", 3);
let account: RehearsedAccount;
let folder: TenantFolder;

beforeEach(async () => {
  account = new RehearsedAccount();
  account.change({ dump: dumpOf(records) });
  folder = new TenantFolder(account.root, "acme");
  await folder.saveSettings(acme);
  const secrets = fromJson(JSON.stringify(SECRETS));
  await createTenant({ base, settings: acme, folder, wrangler: account.wrangler, secrets, say: () => {} });
});
afterEach(() => account.remove());

function destroy(despite_audit = false): Promise<void> {
  const at = "2026-11-22T10:00:00.000Z";
  const { wrangler } = account;
  return destroyTenant({ base, tenant: "acme", folder, wrangler, despite_audit, at, say: () => {} });
}

/** A database's dump, as far as the audit goes. */
function dumpOf(rows: readonly AuditRecord[]): string {
  const value = (cell: unknown): string =>
    typeof cell === "number"
      ? String(cell)
      : cell === null
        ? "NULL"
        : `'${String(cell).replaceAll("'", "''")}'`;
  const inserts = rows.map(
    (row) => `INSERT INTO audit_events VALUES(${RECORD_COLUMNS.map((name) => value(row[name])).join(",")});`,
  );
  const tables = [
    `CREATE TABLE audit_events (${RECORD_COLUMNS.join(", ")});`,
    "CREATE TABLE audit_anchors (chain, seq, hash, at, jws);",
    "CREATE TABLE audit_checkpoints (n, at, jws, heads);",
  ];
  return [...tables, ...inserts].join("\n");
}

function expectUntouched(): void {
  const { d1, kv, queues, workers } = account.read();
  expect([d1.length, kv.length, queues.length, Object.keys(workers).length]).toEqual([1, 1, 4, 1]);
}

function expectGone(): void {
  const { d1, kv, queues, workers } = account.read();
  expect({ d1, kv, queues, workers }).toEqual({ d1: [], kv: [], queues: [], workers: {} });
}

test("everything goes, the audit's database last, and its verified export stays", async () => {
  await destroy();
  expectGone();
  const deletions = account.read().calls.filter(({ args }) => args.includes("delete"));
  expect(deletions[0]?.args).toEqual(["delete", "sallyport-acme", "--force"]);
  expect(deletions.at(-1)?.args.slice(0, 2)).toEqual(["d1", "delete"]);
  const [name = ""] = readdirSync(folder.path).filter((file) => file.endsWith(".ndjson"));
  const lines = readFileSync(join(folder.path, name), "utf8").split("\n");
  const { events } = withoutPlanted(readExport(lines));
  expect([...events].map(({ hash }) => hash)).toEqual(records.map(({ hash }) => hash));
  expect(await folder.settings()).toBeNull();
});

describe("nothing goes", () => {
  test.each([
    ["an event was removed", dumpOf(records.toSpliced(1, 1))],
    [
      "an event was edited",
      dumpOf(records.map((row) => ({ ...row, event: row.event.replace("ada", "eve") }))),
    ],
    ["an event is of another tenant", dumpOf(chainRecords("session/s1/i1", 3, FULL_FACT, "globex"))],
    ["the dump isn't one", "no SQL"],
    ["the dump has no audit in it", ""],
  ])("when %s", async (_why, dump) => {
    account.change({ dump });
    await expect(destroy()).rejects.toThrow("nothing was destroyed");
    expectUntouched();
    expect(await folder.settings()).toEqual(acme);
  });

  test("when the Worker is there and its database can't be found", async () => {
    const { d1 } = account.read();
    account.change({ d1: [] });
    await expect(destroy()).rejects.toThrow("nothing was destroyed");
    account.change({ d1 });
    expectUntouched();
  });

  test("when the export fails", async () => {
    account.change({ fail: { at: account.read().changes, when: "before" } });
    await expect(destroy()).rejects.toThrow("nothing was destroyed");
    expectUntouched();
  });
});

test("whoever says so destroys a tenant whose audit is broken", async () => {
  account.change({ dump: "no SQL" });
  await destroy(true);
  expectGone();
});

test("a run that breaks off is finished by the next one", async () => {
  // The export comes first; then there are seven things to delete.
  for (let deletion = 0; deletion < 7; deletion++) {
    account.change({ fail: { at: account.read().changes + 1, when: "after" } });
    await expect(destroy()).rejects.toThrow("failed");
  }
  account.change({ fail: null });
  await destroy();
  expectGone();
});
