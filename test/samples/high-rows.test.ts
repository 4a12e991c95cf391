/**
 * What real vendors do and a lab of ours once didn't, through a real MCP client. The answers are our own, in the shapes
 * of real ones: an alert that nobody has taken, a host under its full name, a refusal of a setting.
 */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Connection, connect } from "./connection.ts";
import type { Sample } from "./sample.ts";
import type { Answering, SampleVendor } from "./vendor.ts";
import { crowdstrike } from "./vendors/crowdstrike.ts";
import { jira } from "./vendors/jira.ts";
import { pagerduty } from "./vendors/pagerduty.ts";
import { tenable } from "./vendors/tenable.ts";

let connection: Connection;

beforeAll(async () => {
  connection = await connect([crowdstrike, jira, pagerduty, tenable]);
});
afterAll(() => connection.dispose());

/** What the stand-in answers to one operation, and to the others of the call. */
interface Scene {
  readonly vendor: SampleVendor;
  readonly operation: string;
  readonly status?: number;
  readonly json: unknown;
  readonly others?: Readonly<Record<string, Answering>>;
}

// biome-ignore lint/suspicious/noExplicitAny: each tool's result has a shape of its own
async function ask(tool: string, args: object, scene: Scene): Promise<any> {
  const { vendor, operation, status = 200, json, others = {} } = scene;
  const sample: Sample = {
    file: operation,
    operation,
    http_status: status,
    headers: {},
    content_type: "application/json",
    what_is_special: "",
    body: JSON.stringify(json),
    json,
  };
  connection.standIn.show(vendor, sample, { tool, args: {}, others, check: () => undefined });
  const { structuredContent } = await connection.client.callTool({ name: tool, arguments: { ...args } });
  expect(connection.standIn.strays).toEqual([]);
  return structuredContent;
}

const reason = "A real vendor's answer";

describe("an alert that nobody has taken", () => {
  const ids = ["cid:ind:a|1", "cid:ind:b", "cid:ind:c"];
  const page = (resources: unknown[]): Scene => ({
    vendor: crowdstrike,
    operation: "PostEntitiesAlertsV2",
    json: { meta: {}, errors: [], resources },
    others: {
      GetQueriesAlertsV2: {
        json: {
          meta: { pagination: { offset: 0, limit: 100, total: ids.length } },
          errors: [],
          resources: ids,
        },
      },
    },
  });

  test("is found, without an owner, a severity or a device", async () => {
    const bare = ids.map((composite_id) => ({ composite_id, status: "new" }));
    const { status, data, coverage } = await ask("search_detections", {}, page(bare));
    expect(status).toBe("ok");
    expect(data.detections).toMatchObject(
      ids.map((id) => ({ detection_id: `crowdstrike:${id}`, assigned_to: null })),
    );
    expect(coverage).toMatchObject({ complete: true, unreadable: 0 });
  });

  test("comes through beside one that can't be read, which is counted", async () => {
    const odd = [{ composite_id: ids[0] }, { composite_id: ids[1], status: 7 }, { composite_id: ids[2] }];
    const { status, data, coverage, notice } = await ask("search_detections", {}, page(odd));
    expect(status).toBe("ok");
    expect(data.detections).toHaveLength(2);
    expect(coverage).toMatchObject({ complete: false, unreadable: 1 });
    expect(notice).toContain("left out");
  });
});

describe("a scanner that is asked about a device", () => {
  const asset = {
    id: "11111111-1111-4111-8111-111111111111",
    fqdn: ["ws-01.corp.example.com"],
    netbios_name: [],
    ipv4: ["10.9.8.7"],
    last_seen: "2026-11-29T10:00:00.000Z",
  };
  const assets = (list: object[]): Scene => ({
    vendor: tenable,
    operation: "assets-list-assets",
    json: { assets: list, total: list.length },
    others: { "exports-vulns-download-chunk": { json: [] } },
  });

  test("says that it doesn't know it, where it doesn't: that is not clean", async () => {
    const result = await ask("search_vulnerabilities", { device: "NO-SUCH-HOST" }, assets([asset]));
    expect(result).toMatchObject({ status: "not_found", resource: { kind: "device", id: "NO-SUCH-HOST" } });
  });

  test("says that it is clean, by its short name, and which asset was looked at", async () => {
    const result = await ask("search_vulnerabilities", { device: "WS-01" }, assets([asset]));
    expect(result).toMatchObject({ status: "ok", data: { vulnerabilities: [] } });
    expect(result.coverage.sources[0].matched).toMatchObject([{ id: `tenable:${asset.id}` }]);
  });
});

describe("a refusal of what the instance sends by itself", () => {
  const nobody = (json: unknown, status: number): Scene => ({
    vendor: pagerduty,
    operation: "createIncident",
    status,
    json,
  });

  test("names the setting, and that nobody was paged", async () => {
    const refusal = { error: { message: "Requester User Not Found", code: 1008 } };
    const result = await ask(
      "page_on_call",
      { title: "A page for nobody", urgency: "high", reason },
      nobody(refusal, 400),
    );
    expect(result).toMatchObject({
      status: "error",
      error: { kind: "configuration", code: "misconfigured", settings: ["PAGERDUTY_FROM"] },
      operation: { state: "failed_safe" },
    });
    expect(result.error.message).toContain("Nobody was paged.");
    expect(result.error.next_step).not.toContain("ids and filters");
  });

  test("is a refusal, and no doubt: an account that may not page, a project that isn't there", async () => {
    const unpaid = await ask(
      "page_on_call",
      { title: "A page without an account", urgency: "low", reason },
      nobody({ error: { message: "Account is expired", code: 2012 } }, 402),
    );
    expect(unpaid).toMatchObject({ error: { kind: "configuration" }, operation: { state: "failed_safe" } });
    const gone = await ask(
      "create_ticket",
      { title: "A ticket for no project", description: "None", reason },
      {
        vendor: jira,
        operation: "createIssue",
        status: 404,
        json: { errorMessages: ["No project could be found with key 'SEC'."], errors: {} },
      },
    );
    expect(gone).toMatchObject({ error: { kind: "configuration" }, operation: { state: "failed_safe" } });
    expect(gone.error.message).toContain("No ticket was made.");
  });
});
