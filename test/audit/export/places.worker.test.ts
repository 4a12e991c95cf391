import { applyD1Migrations, reset } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { wholeExport } from "../../../src/audit/export/whole-export.ts";
import { acceptedKeys } from "../../../src/audit/sign/integrity-settings.ts";
import { findEvent, leftOut, searchAudit, wholeEvents } from "../../../src/audit/store/search.ts";
import { reportGaps } from "../../../src/audit/watch/gaps.ts";
import { placedEvent } from "../../../src/console/audit/proof.ts";
import { courseOf } from "../../../src/console/operations/timeline.tsx";
import { knownPeople } from "../../../src/console/sessions/people.ts";
import { type AuditRecord, RECORD_COLUMNS } from "../../../verifier/event/record.ts";
import { ALL, agentOf, call } from "../../support/worker/agent.ts";
import {
  begin,
  chainSince,
  dropPlaceTriggers,
  found,
  seqs,
  tenant,
  tenantStored,
} from "../../support/worker/attested.ts";
import { consoleOf } from "../../support/worker/console.ts";
import { signedIn } from "../../support/worker/people.ts";
import { foundOffline } from "../signed-fixture.ts";

const NOW = Date.now();
const DAY = 24 * 3_600_000;
const CHAIN = "session/m/1";
/** The event id of every planted row. */
const PLANTED_ID = "0190c0de-0000-7000-8000-00000000dead";

/** Places as SQL, and as verification names them. */
const PLACES: readonly [chain: string, seq: string, named: string][] = [
  ["''", "-9223372036854775807", " -9223372036854775807"],
  [`'${CHAIN}'`, "-1", `${CHAIN} -1`],
  [`'${CHAIN}'`, "2.5", `${CHAIN} 2.5`],
  [`'${CHAIN}'`, "'abc'", `${CHAIN} abc`],
  [`'${CHAIN}'`, "9007199254740993", `${CHAIN} 9007199254740993`],
  ["x'ff00'", "1", "X'FF00' 1"],
  ["CAST(x'ff' AS TEXT)", "1", "\ufffd 1"],
  ["'nobody/x/1'", "1", "nobody/x/1 1"],
  ["'person/x'", "1", "person/x 1"],
];

let records: AuditRecord[];
let error: MockInstance<typeof console.error>;

beforeEach(async () => {
  error = vi.spyOn(console, "error").mockImplementation(() => {});
  await reset();
  await applyD1Migrations(env.DB, env.TEST_MIGRATIONS);
  records = chainSince(CHAIN, 5, NOW - 60_000);
  await begin(records);
});
afterEach(() => {
  error.mockRestore();
});

/** A copy of an event in a place of its own, as the newest there is. */
function planting(chain: string, seq: string): D1PreparedStatement {
  const other = { chain, seq, event_id: `'${PLANTED_ID}'`, operation_id: "'op_1'", at: "'2999'" } as Record<
    string,
    string
  >;
  return env.DB.prepare(
    `INSERT INTO audit_events (${RECORD_COLUMNS.join(", ")})
     SELECT ${RECORD_COLUMNS.map((column) => other[column] ?? column).join(", ")}
     FROM audit_events WHERE chain = '${CHAIN}' AND seq = 2`,
  );
}

async function plantAll(): Promise<void> {
  await dropPlaceTriggers();
  await env.DB.batch(PLACES.map(([chain, seq]) => planting(chain, seq)));
}

describe("a row in a place that no object writes", () => {
  test.each(PLACES)("is refused by the database itself: %s, %s", async (chain, seq) => {
    await expect(planting(chain, seq).run()).rejects.toThrow("no object writes");
    const update = `UPDATE audit_events SET chain = ${chain}, seq = ${seq} WHERE seq = 2`;
    await expect(env.DB.prepare(update).run()).rejects.toThrow("no object writes");
  });

  test("is in a whole export, which verification names it from", async () => {
    await tenant().attest(NOW);
    await tenantStored();
    await plantAll();
    const lines: string[] = [];
    for await (const page of wholeExport(env)) lines.push(...page);
    const named = PLACES.map(([, , named]) => `planted ${named}`).sort();
    expect((await foundOffline(lines, await acceptedKeys(env))).sort()).toEqual(named);
    expect((await found()).sort()).toEqual(named);
  });

  test("is left out by every reader, and counted", async () => {
    await plantAll();
    expect(await leftOut(env.DB)).toBe(PLACES.length);
    expect((await searchAudit(env.DB, { limit: 100 })).events.map(({ event_id }) => event_id)).not.toContain(
      PLANTED_ID,
    );
    for await (const page of wholeEvents(env.DB, {}))
      expect(page.map(({ event_id }) => event_id)).not.toContain(PLANTED_ID);
    expect(await findEvent(env.DB, PLANTED_ID)).toBeNull();
    expect(await placedEvent(env.DB, PLANTED_ID)).toBeNull();
    expect(await courseOf(env.DB, "op_1")).toEqual([]);
    expect((await knownPeople(env.DB, undefined)).map(({ person }) => person)).not.toContain("x");
  });

  test("is told of where events are shown: to a model, on the pages, in a selection, in the report", async () => {
    await plantAll();
    const agent = await agentOf(await signedIn("auditing", "auditor"), ALL);
    expect(await call(agent, "search_audit", { limit: 5 })).toMatchObject({
      data: { left_out: { rows: PLACES.length, why: expect.stringContaining("audit verify") } },
    });
    const auditor = await consoleOf("auditor");
    expect((await auditor.open("/console/audit")).html).toContain(`${PLACES.length} rows of the database`);
    const event = await auditor.open(`/console/audit/events/${PLANTED_ID}`);
    expect([event.status, event.html]).toEqual([404, expect.stringContaining("left out")]);
    const selection = (await auditor.open("/console/audit/export?subject=ada")).html.trimEnd().split("\n");
    expect(JSON.parse(selection.at(-1) ?? "")).toMatchObject({
      message: expect.stringContaining(`${PLACES.length} rows`),
      metadata: { log_name: "left_out" },
    });
    expect((await reportGaps(env)).planted).toBe(PLACES.length);
    const alerts = error.mock.calls.map(([line]) => JSON.parse(String(line)));
    expect(alerts).toContainEqual(expect.objectContaining({ alert: "audit_planted", rows: PLACES.length }));
  });

  test("keeps nothing from being signed, and nothing from going; itself it stays", async () => {
    await begin(chainSince("session/old/1", 5, NOW - 1_000 * DAY));
    await plantAll();
    await env.DB.prepare("UPDATE audit_events SET at = '2000' WHERE event_id = ?").bind(PLANTED_ID).run();
    await env.DB.prepare("UPDATE audit_events SET chain = 'session/old/1' WHERE seq IN (2.5, -1)").run();
    await tenant().attest(NOW);
    await tenantStored();
    expect(await seqs("session/old/1")).toEqual([-1, 2.5]);
    expect(await leftOut(env.DB)).toBe(PLACES.length);
  });
});
