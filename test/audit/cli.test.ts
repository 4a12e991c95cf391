import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { acknowledgeFact, reportFact } from "../../src/audit/event/trouble-facts.ts";
import { storeRecords } from "../../src/audit/store/store.ts";
import { DUE_SCHEMA, LEDGER_SCHEMA } from "../../src/audit/write/tables.ts";
import { type AuditRecord, RECORD_COLUMNS } from "../../verifier/event/record.ts";
import { type Trouble, troubleId } from "../../verifier/event/trouble.ts";
import { spkiOf } from "../../verifier/proof/signature.ts";
import { chainOf, chainRecords } from "./chain-fixture.ts";
import { newSigner, SignedAudit } from "./signed-fixture.ts";

const PROJECT = join(import.meta.dirname, "../..");
const SESSION = "session/s1/test";
const EFFECT = "effect/device-d1/test";
const TENANT = "tenant/acme/test";

/** An object that does to its own database what it is told: it stands for any audited object. */
const WORKER = `
  import { DurableObject } from "cloudflare:workers";
  export class Box extends DurableObject {
    async fetch(request) {
      for (const [query, ...values] of await request.json()) this.ctx.storage.sql.exec(query, ...values);
      return new Response();
    }
  }
  export default { fetch: (request, env) => env.BOX.getByName(new URL(request.url).pathname).fetch(request) };
`;

type Statement = [query: string, ...values: unknown[]];

let root: string;
let stateDir: string;
let miniflare: Miniflare;
let migrations: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "sallyport-audit-"));
  const files = ["0001_audit.sql", "0003_integrity.sql"];
  const texts = files.map((name) => readFile(join(PROJECT, "migrations", name), "utf8"));
  migrations = (await Promise.all(texts)).join("\n");
});
afterAll(() => rm(root, { recursive: true, force: true }));

beforeEach(async () => {
  stateDir = await mkdtemp(join(root, "state-"));
  miniflare = new Miniflare(
    convertV4MiniflareOptions({
      resourcePersistencePath: stateDir,
      cf: false,
      telemetry: { enabled: false },
      workers: [
        {
          name: "box",
          modules: true,
          script: WORKER,
          compatibilityDate: "2026-10-01",
          d1Databases: ["DB"],
          durableObjects: { BOX: { className: "Box", useSQLite: true } },
        },
      ],
    }),
  );
});
afterEach(() => miniflare.dispose());

async function inObject(name: string, ...statements: Statement[]): Promise<void> {
  const response = await miniflare.dispatchFetch(`http://box/${name}`, {
    method: "POST",
    body: JSON.stringify(statements),
  });
  expect(response.status).toBe(200);
}

/** Writes an object that has `records` as its chain, and the last `pending` of them still to be sent. */
async function writeObject(records: readonly AuditRecord[], pending = 0): Promise<void> {
  const last = records.at(-1) ?? expect.fail();
  await inObject(
    last.chain,
    ...[...DUE_SCHEMA, ...LEDGER_SCHEMA].map((schema): Statement => [schema]),
    [
      `INSERT INTO audit_chain (id, kind, name, chain, seq, hash, confirmed_seq) VALUES (1, 'k', 'n', ?, ?, ?, ?)`,
      last.chain,
      last.seq,
      last.hash,
      last.seq - pending,
    ],
    ...records
      .slice(records.length - pending)
      .map(
        ({ seq, hash, event }): Statement => [
          "INSERT INTO audit_outbox (seq, hash, event) VALUES (?, ?, ?)",
          seq,
          hash,
          event,
        ],
      ),
  );
}

async function createStore(): Promise<void> {
  const db = await miniflare.getD1Database("DB");
  const statements = migrations
    .replaceAll(/^\s*--.*$/gm, "")
    .split(";")
    .filter((text) => text.trim() !== "");
  await db.batch(statements.map((statement) => db.prepare(statement)));
}

async function writeStore(records: readonly AuditRecord[]): Promise<void> {
  await storeRecords(await miniflare.getD1Database("DB"), records);
}

/** Does what somebody with access to the database might. */
async function tamper(query: string): Promise<void> {
  await (await miniflare.getD1Database("DB")).prepare(query).run();
}

/** How the project's scripts are run on the test's state. */
const place = () => ({ cwd: PROJECT, env: { ...process.env, STATE_DIR: stateDir } });

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(script: string, ...args: string[]): Promise<Ended> {
  try {
    const ended = await promisify(execFile)(process.execPath, [join("cli", script), ...args], place());
    return { code: 0, ...ended };
  } catch (error) {
    return error as Ended;
  }
}

async function verify(...args: string[]) {
  const { code, stdout } = await run("audit.ts", "verify", ...args);
  return { code, ...JSON.parse(stdout) };
}

/** A copy of an event, in a place of its own. */
async function plant(chain: string, seq: string): Promise<void> {
  const copied = { chain, seq } as Record<string, string>;
  await tamper(
    `INSERT INTO audit_events (${RECORD_COLUMNS.join(", ")})
     SELECT ${RECORD_COLUMNS.map((column) => copied[column] ?? column).join(", ")}
     FROM audit_events WHERE chain = '${SESSION}' AND seq = 2`,
  );
}

/** Begins to verify as anybody does, and returns once it says that it waits. */
async function verifyWaiting() {
  const waiting = spawn(process.execPath, [join("cli", "audit.ts"), "verify"], place());
  const exit = once(waiting, "exit");
  const stdout = text(waiting.stdout);
  for await (const line of createInterface(waiting.stderr)) if (line.startsWith("waiting")) break;
  return {
    ended: Promise.all([exit, stdout]).then(([[code], printed]) => ({ code, ...JSON.parse(printed) })),
  };
}

const session = chainRecords(SESSION, 6);
const effect = chainRecords(EFFECT, 3);

async function writeBoth(): Promise<void> {
  await createStore();
  await writeStore([...session, ...effect]);
  await writeObject(session);
  await writeObject(effect);
}

describe("verify", () => {
  test("holds for an instance that runs, and for the same one stopped", async () => {
    await writeBoth();
    const running = await verify();
    expect(running).toMatchObject({ code: 0, ok: true, chains: 2, events: 9, conflicts: 0, findings: [] });
    await miniflare.dispose();
    expect(await verify()).toEqual(running);
  });

  test.each<[string, string, object]>([
    [
      "a byte of an event was edited",
      `UPDATE audit_events SET event = replace(event, '"subject":"ada"', '"subject":"adb"') WHERE chain = '${SESSION}' AND seq = 3`,
      { chain: SESSION, seq: 3, defect: "edited" },
    ],
    [
      "a column was edited",
      `UPDATE audit_events SET subject = 'bob' WHERE chain = '${SESSION}' AND seq = 3`,
      { chain: SESSION, seq: 3, defect: "column_mismatch" },
    ],
    [
      "an event was removed",
      `DELETE FROM audit_events WHERE chain = '${EFFECT}' AND seq = 2`,
      { chain: EFFECT, seq: 2, defect: "removed" },
    ],
    [
      "the tail was cut",
      `DELETE FROM audit_events WHERE chain = '${SESSION}' AND seq > 4`,
      { chain: SESSION, seq: 5, through_seq: 6, defect: "cut_tail" },
    ],
    [
      "an event was inserted",
      `INSERT INTO audit_events (${RECORD_COLUMNS.join(", ")})
       SELECT ${RECORD_COLUMNS.map((column) => (column === "seq" ? "7" : column)).join(", ")}
       FROM audit_events WHERE chain = '${SESSION}' AND seq = 2`,
      { chain: SESSION, seq: 7, defect: "inserted" },
    ],
    [
      "a whole chain is gone",
      `DELETE FROM audit_events WHERE chain = '${EFFECT}'`,
      { chain: EFFECT, seq: 1, through_seq: 3, defect: "cut_tail" },
    ],
  ])("fails and says where when %s", async (_what, query, finding) => {
    await writeBoth();
    await tamper(query);
    const result = await verify();
    expect(result).toMatchObject({ code: 1, ok: false });
    expect(result.findings).toEqual([expect.objectContaining(finding)]);
  });

  test("fails and names both when two events were exchanged", async () => {
    await writeBoth();
    await tamper(
      `UPDATE audit_events SET seq = CASE seq WHEN 2 THEN -4 WHEN 4 THEN -2 ELSE seq END WHERE chain = '${SESSION}'`,
    );
    await tamper("UPDATE audit_events SET seq = -seq WHERE seq < 0");
    const { code, findings } = await verify();
    expect(code).toBe(1);
    expect(findings).toMatchObject([
      { chain: SESSION, seq: 2, defect: "reordered" },
      { chain: SESSION, seq: 4, defect: "reordered" },
    ]);
  });

  test("names every row that stands where no object writes, and an export does, too", async () => {
    await writeBoth();
    await plant("''", "-9223372036854775807");
    await plant("x'ff00'", "1");
    await plant("CAST(x'ff' AS TEXT)", "2");
    await plant(`'${SESSION}'`, "'abc'");
    await plant(`'${SESSION}'`, "2.5");
    await plant(`'${SESSION}'`, "9007199254740993");
    await plant(`'${SESSION}'`, "-3");
    await plant("'chain of nobody'", "1");
    await tamper("INSERT INTO audit_anchors VALUES ('', 9007199254740993, 'h', 'then', 'jws')");
    await tamper("INSERT INTO audit_checkpoints VALUES (-1, 'then', 'jws', '[]')");
    const planted = [
      ["", "-9223372036854775807"],
      ["", "9007199254740993"],
      ["X'FF00'", 1],
      ["\ufffd", 2],
      [SESSION, "abc"],
      [SESSION, "2.5"],
      [SESSION, "9007199254740993"],
      [SESSION, -3],
      ["chain of nobody", 1],
      ["checkpoint", -1],
    ].map(([chain, seq]) => expect.objectContaining({ chain, seq, defect: "planted" }));

    const live = await verify();
    expect(live).toMatchObject({ code: 1, ok: false, events: 9 });
    expect(live.findings).toHaveLength(planted.length);
    expect(live.findings).toEqual(expect.arrayContaining(planted));

    const { code, stdout } = await run("audit.ts", "export");
    expect(code).toBe(0);
    const file = join(stateDir, "export.ndjson");
    await writeFile(file, stdout);
    const offline = await verify("--offline", file);
    expect(offline).toMatchObject({ code: 1, ok: false, events: 9 });
    expect(offline.findings).toHaveLength(planted.length);
    expect(offline.findings).toEqual(expect.arrayContaining(planted));
  });

  test("fails for what the store refused until somebody has acknowledged it", async () => {
    const conflict: Trouble = {
      kind: "conflict",
      chain: SESSION,
      seq: 4,
      stored_hash: "a",
      offered_hash: "b",
      seen_by: "object",
    };
    const id = troubleId(conflict);
    const tenant = chainOf(TENANT, [reportFact(id, conflict), acknowledgeFact(id, "auditor", "seen")]);
    await writeBoth();
    await writeStore(tenant.slice(0, 1));
    await writeObject(tenant.slice(0, 1));
    expect(await verify()).toMatchObject({
      code: 1,
      conflicts: 1,
      findings: [{ chain: SESSION, seq: 4, defect: "conflict", detail: expect.stringContaining(id) }],
    });
    await writeStore(tenant.slice(1));
    const [, last] = tenant;
    await inObject(TENANT, ["UPDATE audit_chain SET seq = 2, confirmed_seq = 2, hash = ?", last?.hash]);
    expect(await verify()).toMatchObject({ code: 0, ok: true, conflicts: 0 });
  });

  test("knows a chain that never reached the database, and counts it as on its way", async () => {
    await createStore();
    await writeObject(effect, 3);
    expect(await verify("--wait", "0")).toMatchObject({
      code: 0,
      ok: true,
      in_flight: 3,
      on_their_way: [{ chain: EFFECT, seq: 1, through_seq: 3 }],
    });
  });

  test("fails for what has been on its way for more than ten minutes", async () => {
    await createStore();
    await writeObject(effect, 3);
    const long_ago = "json_set(event, '$.at', '2020-01-01T00:00:00.000Z')";
    await inObject(EFFECT, [`UPDATE audit_outbox SET event = ${long_ago} WHERE seq < 3`]);
    expect(await verify("--wait", "0")).toMatchObject({
      code: 1,
      ok: false,
      in_flight: 1,
      findings: [{ chain: EFFECT, seq: 1, through_seq: 2, defect: "undelivered" }],
    });
  });

  test("waits for what is on its way, no longer than it must", async () => {
    await createStore();
    await writeStore(effect.slice(0, 2));
    await writeObject(effect, 1);
    const waiting = await verifyWaiting();
    await writeStore(effect.slice(2));
    expect(await waiting.ended).toMatchObject({ code: 0, ok: true, events: 3 });
  });

  test("misses nothing that happened after it began", async () => {
    const [next] = chainRecords(EFFECT, 4).slice(3);
    await createStore();
    await writeStore(effect.slice(0, 2));
    await writeObject(effect, 1);
    const waiting = await verifyWaiting();
    // A fourth event, which the object knows to be stored: it came after the walk, as far as this can tell.
    await inObject(
      EFFECT,
      ["UPDATE audit_chain SET seq = 4, confirmed_seq = 4, hash = ?", next?.hash],
      ["DELETE FROM audit_outbox"],
    );
    await writeStore(effect.slice(2));
    expect(await waiting.ended).toMatchObject({ code: 0, ok: true, events: 3 });
    expect(await verify()).toMatchObject({
      code: 1,
      findings: [{ defect: "cut_tail", chain: EFFECT, seq: 4 }],
    });
  });

  test("gives up waiting after the time it was given", async () => {
    await createStore();
    await writeObject(effect, 3);
    expect(await verify("--wait", "0.5")).toMatchObject({ code: 0, ok: true, in_flight: 3 });
  });

  test("refuses a time to wait that is none", async () => {
    expect(await run("audit.ts", "verify", "--wait", "soon")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("number of seconds"),
    });
  });
});

describe("export", () => {
  test("is verified offline, and tampering with it is named", async () => {
    await writeBoth();
    const { code, stdout } = await run("audit.ts", "export");
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(9);

    const file = join(stateDir, "export.ndjson");
    await writeFile(file, stdout);
    expect(await verify("--offline", file)).toMatchObject({ code: 0, ok: true, chains: 2, events: 9 });

    await writeFile(file, lines.toSpliced(1, 1).join("\n"));
    expect(await verify("--offline", file)).toMatchObject({
      code: 1,
      ok: false,
      findings: [{ chain: EFFECT, seq: 2, defect: "removed" }],
    });
  });
});

test("an export of an instance that runs is of the moment at which it began", async () => {
  // More than a pipe and the reader's own buffers take, and more than a page of the database.
  const long = chainRecords(SESSION, 2_500);
  await createStore();
  await writeStore(effect);
  for (let from = 0; from < long.length; from += 1_250) await writeStore(long.slice(from, from + 1_250));
  const exporting = spawn(process.execPath, [join("cli", "audit.ts"), "export"], place());
  // Read no further than it has begun.
  await once(exporting.stdout, "readable");
  await tamper(`DELETE FROM audit_events WHERE chain = '${SESSION}' AND seq <= 2400`);
  await writeStore(chainRecords("session/s2/test", 2));
  const stdout = await text(exporting.stdout);
  expect(stdout.trimEnd().split("\n")).toHaveLength(long.length + effect.length);
  const file = join(stateDir, "export.ndjson");
  await writeFile(file, stdout);
  expect(await verify("--offline", file)).toMatchObject({ code: 0, ok: true, chains: 2 });
});

describe("a signed export", () => {
  test("is verified with the public key alone, by file or by value, and not by another key", async () => {
    const signer = await newSigner();
    const audit = await SignedAudit.create(signer, signer);
    const file = join(stateDir, "signed.ndjson");
    const key = join(stateDir, "key.json");
    const kept = join(stateDir, "kept.json");
    await writeFile(file, `${audit.lines.join("\n")}\n`);
    await writeFile(key, JSON.stringify(signer.public_key));
    await writeFile(kept, JSON.stringify({ checkpoint: audit.checkpoints[1]?.jws }));
    expect(await verify("--offline", file, "--key", key, "--checkpoint", kept)).toMatchObject({
      code: 0,
      ok: true,
      checkpoints: 2,
      last_checkpoint: { n: 2 },
      signatures: "verified",
    });
    const other = await newSigner();
    expect(await verify("--offline", file, "--key", spkiOf(other.public_key))).toMatchObject({
      code: 1,
      findings: expect.arrayContaining([
        expect.objectContaining({ chain: "checkpoint", seq: 1, defect: "forged" }),
      ]),
    });
    expect(await verify("--offline", file)).toMatchObject({ code: 0, signatures: "not checked" });
    await writeFile(file, `${audit.lines.slice(2).join("\n")}\n`);
    expect(await verify("--offline", file, "--key", key)).toMatchObject({
      code: 1,
      findings: expect.arrayContaining([
        expect.objectContaining({ chain: "checkpoint", seq: 1, defect: "removed" }),
      ]),
    });
  });
});

describe("sql", () => {
  test("prints rows as JSON, running and stopped", async () => {
    await writeBoth();
    const query = "SELECT chain, COUNT(*) AS n FROM audit_events GROUP BY chain ORDER BY chain";
    const expected = `${JSON.stringify([
      { chain: EFFECT, n: 3 },
      { chain: SESSION, n: 6 },
    ])}\n`;
    expect(await run("sql.ts", query)).toMatchObject({ code: 0, stdout: expected });
    await miniflare.dispose();
    expect(await run("sql.ts", query)).toMatchObject({ code: 0, stdout: expected });
  });

  test("can't write", async () => {
    await writeBoth();
    expect(await run("sql.ts", "DELETE FROM audit_events")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: expect.stringContaining("readonly"),
    });
    expect(await verify()).toMatchObject({ ok: true, events: 9 });
  });

  test.each([
    ["SQL that is none", ["SELEC"], "syntax error"],
    ["no SQL", [], "missing required argument"],
  ])("refuses %s", async (_what, args, message) => {
    await createStore();
    const ended = await run("sql.ts", ...args);
    expect(ended).toMatchObject({ code: 1, stdout: "", stderr: expect.stringContaining(message) });
  });
});

test.each([
  ["verify", "audit.ts", ["verify"]],
  ["export", "audit.ts", ["export"]],
  ["sql", "sql.ts", ["SELECT 1"]],
])("where nothing ever ran, %s says so", async (_name, script, args) => {
  await miniflare.dispose();
  await rm(stateDir, { recursive: true, force: true });
  expect(await run(script, ...args)).toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringContaining("there is no audit database"),
  });
});
