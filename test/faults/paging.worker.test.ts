import type { Client } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { CONTROLS } from "../../src/catalogue/controls/catalogue.ts";
import { breakerReport } from "../../src/downstream/circuit.ts";
import type { Result } from "../../src/path/answer.ts";
import { ALL_SCOPES } from "../../src/toolkit/scopes.ts";
import { CREDENTIALS, TOOLS } from "../support/deployed.ts";
import { agentOf, call } from "../support/worker/agent.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";
import { askedSoFar } from "./lab-log.ts";
import { PAGING, PAGING_FAULT_NAMES, PAGING_FAULTS, type PagingRow } from "./paging-matrix.ts";
import { readArguments } from "./read-arguments.ts";
import { cellOf } from "./read-cell.ts";
import { READS } from "./read-matrix.ts";
import { hurry } from "./time.ts";

/** Questions whose answers are a few pages long. */
const A_FEW_PAGES: Readonly<Record<string, object>> = {
  search_devices: { limit: 100 },
  search_detections: { limit: 25 },
  search_users: { limit: 100 },
  search_sign_ins: { limit: 100 },
  search_tickets: { limit: 10 },
  search_alerts: { limit: 100 },
};
/** No question here has more. */
const MOST_PAGES = 10;

let agent: Client;
let argumentsOf: (tool: string) => Readonly<Record<string, unknown>>;

beforeAll(async () => {
  hurry();
  agent = await agentOf(await signedIn("pager", "viewer"), ALL_SCOPES);
  argumentsOf = await readArguments(agent);
});
beforeEach(() => {
  for (const { name } of CREDENTIALS) breakerReport(name, true);
});
afterEach(() => lab.clear());
afterAll(() => {
  vi.restoreAllMocks();
});

/** The answer with which whoever follows the cursors stops: the last page, or the first that something is missing from. */
async function followed({ tool, control_id }: PagingRow): Promise<Result> {
  const args = control_id === undefined ? { ...argumentsOf(tool), ...A_FEW_PAGES[tool] } : { control_id };
  let result = await call(agent, tool, args);
  for (let pages = 1; pages < MOST_PAGES; pages += 1) {
    if (result.status !== "ok" || !("coverage" in result)) return result;
    const { next_cursor, sources } = result.coverage;
    if (next_cursor === null || sources.some(({ status }) => status === "error")) return result;
    result = await call(agent, tool, { ...args, cursor: next_cursor });
  }
  throw new Error(`${tool} has no last page`);
}

/** How many things the source of a row gave. */
function countOf(result: Result, { vendor }: PagingRow): number {
  const sources = "coverage" in result ? result.coverage.sources : [];
  return sources.find(({ source }) => source === vendor)?.count ?? 0;
}

describe.each(PAGING.map((row) => [row.control_id ?? row.tool, row.operation, row] as const))(
  "%s, while %s answers with",
  (_tool, operation, row) => {
    const { tool, control_id, vendor, cells } = row;
    let usual = { requests: 0, count: 0 };

    beforeAll(async () => {
      const before = await askedSoFar();
      const result = await followed(row);
      expect(result).toMatchObject({ status: "ok", coverage: { complete: true } });
      usual = { requests: (await askedSoFar()) - before, count: countOf(result, row) };
    });

    it.each(PAGING_FAULT_NAMES.filter((fault) => cells[fault].status !== "not_applicable"))(
      "%s",
      async (fault) => {
        const before = await askedSoFar();
        await lab.fault({ vendor, operation, ...PAGING_FAULTS[fault] });
        const result = await followed(row);
        expect(cellOf(result, { vendor, tool })).toEqual(cells[fault]);
        expect((await askedSoFar()) - before).toBeLessThanOrEqual(2 * usual.requests);
        // Each thing once: a control judges what it was given.
        if (control_id !== undefined) expect(countOf(result, row)).toBeLessThanOrEqual(usual.count);
      },
    );
  },
);

describe("the table of pages", () => {
  const listing = TOOLS.filter(
    (tool) => tool.kind === "read" && tool.credentials.length > 0 && "cursor" in tool.input.shape,
  );
  const lists = new Set(listing.map(({ name }) => name));
  const of = (name: string) => PAGING.filter(({ tool, control_id }) => (control_id ?? tool) === name);

  it.each([...listing.map(({ name }) => name), ...CONTROLS.map(({ control_id }) => control_id)])(
    "has what %s reads page by page, and no lost page of it is called impossible",
    (name) => {
      const lost = of(name).map(({ cells }) => cells["a last page that is lost"].status);
      expect(lost.filter((status) => status !== "not_applicable")).not.toEqual([]);
    },
  );

  const CAN_BE = [...READS, ...PAGING].map(({ vendor, operation }) => ({ vendor, operation }));
  const operations = [...new Map(CAN_BE.map((each) => [each.operation, each])).values()];

  it.each(operations)("says what can go wrong with $operation, as the vendor pages it", async (asked) => {
    const rows = PAGING.filter(({ operation }) => operation === asked.operation);
    for (const fault of ["a last page that is lost", "a total larger than what came"] as const) {
      const possible = await lab.fault({ ...asked, ...PAGING_FAULTS[fault] }).then(
        () => true,
        () => false,
      );
      const said = rows.map(({ cells }) => cells[fault].status !== "not_applicable");
      expect(said, fault).toEqual(rows.map(() => possible));
      expect(possible && rows.length === 0, fault).toBe(false);
    }
  });

  it("calls a repeated cursor impossible only where the position is a number of ours, or there is none", async () => {
    for (const row of PAGING.filter(({ control_id }) => control_id === undefined)) {
      if (row.cells["a page that repeats its cursor"].status !== "not_applicable") continue;
      const args = { ...argumentsOf(row.tool), ...(lists.has(row.tool) ? { limit: 1 } : {}) };
      const result = await call(agent, row.tool, args);
      const cursor = "coverage" in result ? result.coverage.next_cursor : null;
      const [places] = cursor === null ? [{}] : (JSON.parse(atob(cursor)) as [Record<string, unknown>]);
      expect(String(places[row.vendor] ?? 0), row.tool).toMatch(
        /^\d+$|^[\da-f-]{36}\/[\d.-]*\/\d*\/\d+\/[01]$/,
      );
    }
  });

  it("has no cell in which something is missing and the answer is whole", () => {
    for (const { cells, operation } of PAGING) {
      for (const { status } of Object.values(cells)) {
        expect(["error", "incomplete", "not_applicable"], operation).toContain(status);
      }
    }
  });
});
