import { describe, expect, it } from "vitest";
import { Elastic } from "./support/elastic.ts";
import { effects, fault, lab } from "./support/estate.ts";

const platform = (statusCode: number) => ({
  statusCode,
  error: expect.any(String),
  message: expect.any(String),
});
const siem = (status_code: number) => ({ status_code, message: expect.any(String) });

const fields = ["@timestamp", "kibana.alert.severity", "kibana.alert.workflow_status", "host.name"];
const severity = "kibana.alert.severity";
const statusField = "kibana.alert.workflow_status";

describe("an API key", () => {
  it("is refused when it is wrong, and can do what it is for and no more", async () => {
    const world = await lab();
    const wrong = await new Elastic(world, "read", "nonsense").search();
    expect([wrong.status, wrong.body]).toEqual([401, platform(401)]);
    const read = new Elastic(world);
    const [id = ""] = await read.ids({ match_all: {} }, { size: 1 });
    const forbidden = [
      await read.setStatus([id], "closed"),
      await read.create(),
      await new Elastic(world, "cases").setStatus([id], "closed"),
      await new Elastic(world, "alerts").create(),
      await new Elastic(world, "cases").search(),
    ];
    for (const { status, body } of forbidden) expect([status, body]).toEqual([403, platform(403)]);
    expect(await effects(world)).toEqual([]);
  });

  it("changes nothing without a header against forgery", async () => {
    const world = await lab();
    const { status, body } = await new Elastic(world, "cases").create({}, { "kbn-xsrf": "" });
    expect([status, body]).toEqual([400, platform(400)]);
    expect(await effects(world)).toEqual([]);
  });
});

describe("searching alerts", () => {
  it("gives what is asked for: fields as lists, in an order, so many", async () => {
    const elastic = new Elastic(await lab());
    const { status, body } = await elastic.search({
      size: 3,
      sort: [{ "@timestamp": "desc" }, { "kibana.alert.uuid": { order: "asc" } }],
      fields,
      _source: false,
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({ timed_out: false, _shards: { total: 1, failed: 0 } });
    expect(body.hits.total).toEqual({ value: 180, relation: "eq" });
    expect(body.hits.hits).toHaveLength(3);
    for (const hit of body.hits.hits) {
      expect(hit).not.toHaveProperty("_source");
      expect(Object.keys(hit.fields).toSorted()).toEqual(fields.toSorted());
      expect(hit.sort).toEqual([Date.parse(hit.fields["@timestamp"][0]), hit._id]);
    }
    const times = body.hits.hits.map(({ sort }: { sort: [number] }) => sort[0]);
    expect(times).toEqual(times.toSorted((a: number, b: number) => b - a));
    expect((await elastic.search({ size: 0 })).body.hits.hits).toEqual([]);
  });

  it("puts alerts without a name last in their moment, whichever way", async () => {
    const elastic = new Elastic(await lab());
    const name = { "kibana.alert.uuid": { order: "asc", unmapped_type: "keyword" } };
    for (const order of ["asc", "desc"]) {
      const { body } = await elastic.search({ size: 200, sort: [{ "@timestamp": order }, name] });
      const sorts = body.hits.hits.map(({ sort }: { sort: [number, string | null] }) => sort);
      const pairs = sorts.slice(1).map((sort: unknown[], at: number) => [sorts[at], sort]);
      const ofOneMoment = pairs.filter(([a, b]: [[number], [number]]) => a[0] === b[0]);
      expect(ofOneMoment.some(([a, b]: [unknown[], unknown[]]) => a[1] !== null && b[1] === null)).toBe(true);
      expect(ofOneMoment.some(([a, b]: [unknown[], unknown[]]) => a[1] === null && b[1] !== null)).toBe(
        false,
      );
    }
  });

  it("understands the queries that it is asked, and no others", async () => {
    const elastic = new Elastic(await lab());
    const all = await elastic.ids({ match_all: {} });
    const critical = await elastic.ids({ term: { [severity]: "critical" } });
    const high = await elastic.ids({ match_phrase: { [severity]: "high" } });
    expect(await elastic.ids({ terms: { [severity]: ["critical", "high"] } })).toHaveLength(
      critical.length + high.length,
    );
    expect(await elastic.ids({ ids: { values: [critical[0], "none"] } })).toEqual([critical[0]]);
    expect(await elastic.ids({ bool: { must_not: [{ term: { [severity]: "critical" } }] } })).toHaveLength(
      all.length - critical.length,
    );
    const either = { should: [{ term: { [severity]: "critical" } }, { term: { [severity]: "high" } }] };
    expect(await elastic.ids({ bool: either })).toHaveLength(critical.length + high.length);
    const of = (clause: object) => elastic.ids({ bool: { filter: [clause] } });
    const hosts = await of({ exists: { field: "host.name" } });
    expect(hosts.length).toBeGreaterThan(150);
    expect(hosts.length).toBeLessThan(all.length);
    const upper = { value: "CRITICAL", case_insensitive: true };
    expect(await of({ term: { [severity]: upper } })).toEqual(critical);
    expect(await of({ prefix: { [severity]: { ...upper, value: "Crit" } } })).toEqual(critical);
    expect(await of({ term: { [severity]: "CRITICAL" } })).toEqual([]);
    const now = Date.parse("2026-11-22T10:00:00Z");
    const week = { range: { "@timestamp": { gte: new Date(now - 604_800_000).toISOString() } } };
    const millis = { range: { "@timestamp": { gte: now - 604_800_000, format: "epoch_millis" } } };
    const recent = await elastic.ids(week);
    expect(recent.length).toBeGreaterThan(10);
    expect(recent.length).toBeLessThan(all.length);
    expect(await elastic.ids(millis)).toEqual(recent);
    for (const query of [
      { query_string: { query: "*" } },
      { term: { a: 1, b: 2 } },
      { bool: { most: [] } },
    ]) {
      const { status, body } = await elastic.search({ query });
      expect([status, body]).toEqual([400, siem(400)]);
    }
    expect((await elastic.search({ size: -1 })).body).toEqual(platform(400));
  });

  it("doesn't go on from where a search ended, as Kibana passes search_after on to nobody", async () => {
    const elastic = new Elastic(await lab());
    const sort = [{ "@timestamp": "desc" }];
    const first = await elastic.search({ size: 2, sort });
    const search_after = first.body.hits.hits[1].sort;
    expect((await elastic.search({ size: 2, sort, search_after })).body).toEqual(first.body);
  });
});

describe("setting the status of alerts", () => {
  it("answers with counts, and each time counts as an effect", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "alerts");
    const [a = "", b = ""] = await elastic.ids({ term: { [statusField]: "open" } });
    const { status, body } = await elastic.setStatus([a, b, "nobody"], "closed", { "x-request-id": "op_1" });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      total: 2,
      updated: 2,
      version_conflicts: 0,
      failures: [],
      timed_out: false,
    });
    await elastic.setStatus([a], "closed");
    expect((await elastic.setStatus(["nobody"], "closed")).body).toMatchObject({ total: 0, updated: 0 });
    expect(await effects(world)).toMatchObject([
      { vendor: "elastic", action: "set_status", target: `alert/${a}`, request_id: "op_1" },
      { target: `alert/${b}`, request_id: "op_1" },
      { target: `alert/${a}` },
    ]);
    expect(await elastic.ids({ term: { [statusField]: "closed" } })).toEqual(expect.arrayContaining([a, b]));
  });

  it("refuses a status that there isn't, and outlives a restart", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "alerts");
    const [id = ""] = await elastic.ids({ term: { [statusField]: "open" } });
    expect((await elastic.setStatus([id], "resolved")).body).toEqual(platform(400));
    expect((await elastic.setStatus([], "closed")).status).toBe(400);
    await elastic.setStatus([id], "acknowledged");
    await world.close();
    const restarted = new Elastic(await lab(world.stateDir, world.clock));
    const query = {
      bool: { filter: [{ ids: { values: [id] } }, { term: { [statusField]: "acknowledged" } }] },
    };
    expect(await restarted.ids(query)).toEqual([id]);
  });
});

describe("a case", () => {
  it("is there as soon as it was created, by its tag and by its id, and a repeat is another one", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "cases");
    const created = await elastic.create({ tags: ["op_1"] }, { "x-request-id": "op_1" });
    expect(created.status).toBe(200);
    const { id } = created.body;
    expect(created.body).toMatchObject({ title: "Look into this", status: "open", tags: ["op_1"] });
    await elastic.create({ tags: ["op_2"] });
    const found = await elastic.cases({ tags: "op_1", owner: "securitySolution" });
    expect(found.body).toMatchObject({ total: 1, page: 1, per_page: 20, cases: [created.body] });
    expect((await elastic.cases({ tags: "op_1", owner: "cases" })).body.cases).toEqual([]);
    expect((await elastic.cases({ perPage: "1", page: "2" })).body.cases).toHaveLength(1);
    expect((await elastic.getCase(id)).body).toEqual(created.body);
    expect((await elastic.getCase("nobody")).status).toBe(404);
    await elastic.create({ tags: ["op_1"] });
    expect(await effects(world)).toMatchObject([
      { vendor: "elastic", action: "create_case", target: `case/${id}`, request_id: "op_1" },
      { action: "create_case" },
      { action: "create_case" },
    ]);
  });

  it("is refused when it isn't one", async () => {
    const elastic = new Elastic(await lab(), "cases");
    for (const fields of [
      { title: "x".repeat(161) },
      { severity: "urgent" },
      { tags: "op_1" },
      { owner: "me" },
    ]) {
      const { status, body } = await elastic.create(fields);
      expect([status, body]).toEqual([400, platform(400)]);
    }
    expect((await elastic.cases({ perPage: "101" })).status).toBe(400);
  });
});

describe("a fault", () => {
  it("fails in the shape of whoever fails: the detection engine, or Kibana", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "alerts");
    await fault(world, { vendor: "elastic", mode: "status", status: 500, times: 1 });
    expect((await elastic.search()).body).toEqual(siem(500));
    await fault(world, { vendor: "elastic", mode: "status", status: 500, times: 1 });
    expect((await new Elastic(world).cases()).body).toEqual(platform(500));
    await fault(world, { vendor: "elastic", mode: "rate_limit", delay_ms: 3000, times: 1 });
    const limited = await elastic.search();
    expect([limited.status, limited.body]).toEqual([429, platform(429)]);
    expect(limited.headers.get("retry-after")).toBe("3");
  });

  it("leaves a search half done, and a change undone, in the middle of a success", async () => {
    const world = await lab();
    const elastic = new Elastic(world, "alerts");
    const [id = ""] = await elastic.ids({ match_all: {} }, { size: 1 });
    await fault(world, { vendor: "elastic", mode: "partial" });
    expect((await elastic.search()).body).toMatchObject({ timed_out: true, _shards: { failed: 1 } });
    expect((await elastic.setStatus([id], "closed")).body).toMatchObject({
      updated: 0,
      version_conflicts: 1,
    });
    expect(await effects(world)).toEqual([]);
  });
});
