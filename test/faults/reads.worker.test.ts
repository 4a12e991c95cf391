import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { breakerReport } from "../../src/downstream/circuit.ts";
import type { Requester } from "../../src/effect/machine/operation.ts";
import type { Result } from "../../src/path/answer.ts";
import { ALL_SCOPES } from "../../src/toolkit/scopes.ts";
import { resetLab } from "../downstream/lab-control.ts";
import { CREDENTIALS, TOOLS } from "../support/deployed.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { FAULT_NAMES, FAULTS, LASTING, UNREPEATED } from "./faults.ts";
import { askedSoFar, FOR_A_TOKEN, requestsSeen } from "./lab-log.ts";
import { readArguments } from "./read-arguments.ts";
import { cellOf } from "./read-cell.ts";
import { OWN_READS, READS, type ReadColumn } from "./read-matrix.ts";
import { type Hurry, hurry } from "./time.ts";
import { VendorTraffic } from "./vendor-traffic.ts";

/** What these find is what this very test leaves in the audit, sooner or later. */
const OF_THE_AUDIT: ReadonlySet<string> = new Set(["list_operations", "search_audit"]);

let reader: Requester;
let agent: Client;
let traffic: VendorTraffic;
let time: Hurry;
let argumentsOf: (tool: string) => Readonly<Record<string, unknown>>;

beforeAll(async () => {
  time = hurry();
  traffic = VendorTraffic.overhear();
  reader = await signedIn("reader", "viewer");
  agent = await agentOf(reader, ALL_SCOPES);
  argumentsOf = await readArguments(agent);
});
// What failed in one cell must not keep the next one from being asked.
beforeEach(() => {
  for (const { name } of CREDENTIALS) breakerReport(name, true);
});
afterEach(async () => {
  time.impatient = false;
  await lab.clear();
});
afterAll(() => {
  vi.restoreAllMocks();
});

function ask({ tool, control_id }: ReadColumn): Promise<Result> {
  return call(agent, tool, control_id === undefined ? argumentsOf(tool) : { control_id });
}

describe.each(READS.map((column) => [column.control_id ?? column.tool, column.operation, column] as const))(
  "%s, while %s answers with",
  (_tool, operation, column) => {
    let usual = 0;

    beforeAll(async () => {
      await lab.clear();
      const before = await askedSoFar();
      await ask(column);
      usual = (await askedSoFar()) - before;
    });

    it.each(FAULT_NAMES)("%s", async (fault) => {
      const before = await askedSoFar();
      await lab.fault({ vendor: column.vendor, operation, ...FAULTS[fault] });
      time.impatient = LASTING.has(fault);
      const result = await ask(column);
      expect(cellOf(result, column)).toEqual(column.cells[fault]);
      if (UNREPEATED.has(fault)) expect((await askedSoFar()) - before).toBeLessThanOrEqual(2 * usual);
      expect(traffic.foundIn(JSON.stringify(result))).toEqual([]);
    });
  },
);

describe("a page that isn't the last", () => {
  const LISTS = TOOLS.filter(
    ({ kind, name, input }) => kind === "read" && "cursor" in input.shape && !OF_THE_AUDIT.has(name),
  );

  it.each(LISTS.map(({ name }) => name))("of %s is incomplete, and says where to go on", async (tool) => {
    const result = await call(agent, tool, { limit: 1 });
    expect(result).toMatchObject({
      status: "ok",
      coverage: { complete: false, next_cursor: expect.any(String) },
    });
  });
});

describe("the matrix", () => {
  it("has every read that asks a vendor, at each vendor that it asks", () => {
    const asked = TOOLS.flatMap((tool) =>
      tool.kind === "read" ? tool.credentials.map(({ vendor }) => `${tool.name} ${vendor.name}`) : [],
    );
    expect(new Set(READS.map(({ tool, vendor }) => `${tool} ${vendor}`))).toEqual(new Set(asked));
    const own = TOOLS.filter((tool) => tool.kind === "read" && tool.credentials.length === 0);
    expect(own.map(({ name }) => name)).toEqual(OWN_READS);
  });

  it("has every operation that a read asks, and nothing in it is faulty without a fault", async () => {
    const tools = new Set(READS.map(({ tool }) => tool).filter((tool) => tool !== "check_control"));
    for (const tool of tools) {
      await resetLab();
      const result = await call(agent, tool, argumentsOf(tool));
      expect([tool, result.status]).toEqual([tool, "ok"]);
      const asked = (await requestsSeen())
        .filter(({ operation }) => !FOR_A_TOKEN.has(operation))
        .map(({ vendor, operation }) => `${vendor} ${operation}`);
      const listed = READS.filter((column) => column.tool === tool).map((c) => `${c.vendor} ${c.operation}`);
      expect(listed).toEqual(expect.arrayContaining([...new Set(asked)]));
    }
  });

  it("has no cell in which a failure reads as nothing found", () => {
    for (const { cells, operation } of READS) {
      for (const [fault, { status }] of Object.entries(cells)) {
        // The vendors' own, documented way to say that they know nothing of this one thing.
        const said_so = fault === "HTTP 404" && (status === "not_found" || operation === "OSV_GetVulnById");
        expect(said_so || status === "error" || status === "incomplete", `${operation} ${fault}`).toBe(true);
      }
    }
  });
});

describe("what nobody is to see", () => {
  it("is in no log line", () => {
    expect(traffic.logged.flatMap((line) => traffic.foundIn(line))).toEqual([]);
  });

  it("is in no audit event", async () => {
    const session = env.SESSION.getByName(reader.session_id);
    const waiting = await runInDurableObject(session, (_object, { storage }) =>
      storage.sql.exec<{ event: string }>("SELECT event FROM audit_outbox").toArray(),
    );
    const { results: stored } = await env.DB.prepare("SELECT event FROM audit_events").all<{
      event: string;
    }>();
    const events = [...waiting, ...stored].map(({ event }) => event);
    expect(events.filter((event) => event.includes('"type":"call"')).length).toBeGreaterThan(READS.length);
    expect(events.flatMap((event) => traffic.foundIn(event))).toEqual([]);
  });
});
