import { beforeAll, describe, expect, it } from "vitest";
import { vendors } from "../../lab/vendors.ts";
import { alertRequest, searchRequest } from "../../src/connectors/elastic/alert-query.ts";
import { elasticCredentials } from "../../src/connectors/elastic/credentials.ts";
import type { ElasticSettings } from "../../src/connectors/elastic/settings.ts";
import { RecordedRequests } from "../connectors/recorded-requests.ts";
import { Elastic } from "../lab/support/elastic.ts";
import { effects, fault, lab } from "../lab/support/estate.ts";
import { changeAt } from "../support/deployed.ts";
import { folder, VendorDocument, why } from "./vendor-document.ts";

const openCase = changeAt("open_case");
const updateAlert = changeAt("update_alert");

const SEARCH = "SearchAlerts";
const SET = "SetAlertsStatus";
const CREATE = "createCaseDefaultSpace";
const FIND = "findCasesDefaultSpace";

describe.skipIf(!folder)(`Elastic, held against the vendor's document${why}`, () => {
  let document: VendorDocument;

  beforeAll(() => {
    document = new VendorDocument("elastic-security.json");
  });

  it("has every operation under the document's path and method", () => {
    const simulators = vendors.map((vendor) => vendor({ storage: {} } as never));
    const operations = simulators.find(({ vendor }) => vendor === "elastic")?.operations ?? [];
    // The document that this is held against is cut to what tools ask; this is asked by a check only.
    const asked = operations.filter(({ id }) => id !== "ReadPrivileges");
    expect(asked).toHaveLength(5);
    for (const { id, method, path } of asked) {
      expect(document.paths[path]?.[method.toLowerCase()]?.operationId).toBe(id);
    }
  });

  it("finds alerts and changes them as documented, refusals and failures included", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "alerts");
    const [id = ""] = await elastic.ids({ match_all: {} });
    const searches = [
      await elastic.search({ size: 1, sort: [{ "@timestamp": "desc" }] }),
      await elastic.search({ size: -1 }),
      await elastic.search({ query: { nonsense: {} } }),
      await new Elastic(world, "read", "wrong").search(),
    ];
    expect(searches.map(({ status }) => status)).toEqual([200, 400, 400, 401]);
    for (const answer of searches) document.expectDocumented(SEARCH, answer);
    await fault(world, { vendor: "elastic", operation: SET, mode: "status", status: 500, times: 1 });
    const changes = [
      await elastic.setStatus([id], "closed"),
      await elastic.setStatus([id], "closed"),
      await elastic.setStatus([id], "gone"),
      await new Elastic(world, "alerts", "wrong").setStatus([id], "closed"),
    ];
    expect(changes.map(({ status }) => status)).toEqual([500, 200, 400, 401]);
    for (const answer of changes) document.expectDocumented(SET, answer);
    expect(await effects(world)).toHaveLength(1);
  });

  it("opens, finds and shows cases as documented, with no property that the document hasn't", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "cases");
    const created = await elastic.create();
    document.expectDocumented(CREATE, created);
    const known = document.propertiesOf("Cases_case_response_properties");
    expect(Object.keys(created.body).filter((property) => !known.has(property))).toEqual([]);
    document.expectDocumented(FIND, await elastic.cases());
    document.expectDocumented("getCaseDefaultSpace", await elastic.getCase(created.body.id));
    const stranger = new Elastic(world, "cases", "wrong");
    document.expectDocumented(CREATE, await stranger.create());
    document.expectDocumented(FIND, await stranger.cases());
  });

  it("breaks the document when a fault has it drift", async () => {
    const world = await lab();
    await fault(world, { vendor: "elastic", mode: "drift" });
    const created = await new Elastic(world, "cases").create();
    expect(() => document.expectDocumented(CREATE, created)).toThrow();
  });

  it("is asked by requests that the document knows, and that the lab accepts", async () => {
    const world = await lab();
    const through = new RecordedRequests({ [FIND]: { cases: [] } });
    const input = openCase.input.parse({
      title: "Look",
      description: "It looks odd.",
      severity: "high",
      alert_ids: ["a".repeat(64)],
    });
    await openCase.inspect(input, through, {} as Env, "op_1");
    const filter = {
      severity: ["high"],
      status: "acknowledged",
      host: "ws-01",
      user: "CORP\\ada",
      rule: "SSH Brute Force Attempt",
      since: "2026-11-01T00:00:00Z",
    } as const;
    const place = { time: 1_795_341_600_000, unique: "a", shown: [] };
    const searches = [searchRequest(filter, place, 26), searchRequest({ host: "10.0.0.1" }, null, 26)];
    const reads = [...searches, alertRequest("a".repeat(64)), ...through.asked];
    const change = updateAlert.request({ alert_id: "a".repeat(64), status: "closed" }, "op_1", {} as Env);
    const creation = openCase.request(input, "op_1", {} as Env);
    expect(reads).toHaveLength(4);
    for (const request of [...reads, change, creation]) document.expectRequest(request);
    for (const { method, path, query, json } of reads) {
      const search = query === undefined ? "" : `?${new URLSearchParams(query as Record<string, string>)}`;
      expect((await new Elastic(world).send(method, `${path}${search}`, json)).status).toBe(200);
    }
    expect((await new Elastic(world, "alerts").send(change.method, change.path, change.json)).status).toBe(
      200,
    );
    expect(
      (await new Elastic(world, "cases").send(creation.method, creation.path, creation.json)).status,
    ).toBe(200);
  });

  it("is sent the headers that the document requires, by every credential", () => {
    const required = document.requiredHeaders(CREATE);
    expect(required).toEqual(["kbn-xsrf"]);
    for (const { authorize } of Object.values(elasticCredentials)) {
      const headers = new Headers();
      authorize(headers, "key", {} as ElasticSettings);
      for (const header of required) expect(headers.get(header)).not.toBeNull();
      expect(headers.get("authorization")).toBe("ApiKey key");
    }
  });
});
