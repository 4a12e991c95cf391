import { describe, expect, it } from "vitest";
import { effects, fault, lab } from "./support/estate.ts";
import { incidentBody, PagerDuty } from "./support/pagerduty.ts";

describe("a key", () => {
  it("can do what it is for and no more", async () => {
    const world = await lab();
    const read = new PagerDuty(world, "read");
    expect((await read.list()).status).toBe(200);
    const refused = await read.create();
    expect(refused.status).toBe(403);
    expect(refused.body).toEqual({ error: { code: 2010, message: "Access Denied" } });
    expect((await read.resolve("Q1")).status).toBe(403);
    const wrong = new PagerDuty(world, "read", { authorization: "Token token=wrong" });
    expect((await wrong.list()).status).toBe(401);
    expect(await effects(world)).toEqual([]);
  });

  it("is no good without the version, nor for writing without somebody's address", async () => {
    const world = await lab();
    expect((await new PagerDuty(world, "read", { accept: "application/json" }).list()).status).toBe(400);
    const nobody = new PagerDuty(world, "page", { from: "nobody@elsewhere.test" });
    expect((await nobody.create()).body.error.errors).toEqual(["Requester User Not Found"]);
    expect(await effects(world)).toEqual([]);
  });
});

describe("the list of incidents", () => {
  it("is of the last month, unless all of it is asked for, and goes page by page", async () => {
    const pagerduty = new PagerDuty(await lab(), "read");
    const { body } = await pagerduty.list("limit=100");
    expect(body.incidents.length).toBeLessThan(12);
    const seen: number[] = [];
    for (let offset = 0, more = true; more; offset += 10) {
      const page = (await pagerduty.list(`date_range=all&limit=10&offset=${offset}&total=true`)).body;
      seen.push(...page.incidents.map((incident: { incident_number: number }) => incident.incident_number));
      expect(page.total).toBe(24);
      more = page.more;
    }
    expect(seen).toEqual(Array.from({ length: 24 }, (_, at) => at + 1));
  });

  it("can be narrowed to statuses, urgencies, services and one key", async () => {
    const pagerduty = new PagerDuty(await lab(), "read");
    const listed = async (query: string) =>
      (await pagerduty.list(`date_range=all&limit=100&${query}`)).body.incidents;
    expect(await listed("statuses[]=triggered&statuses[]=acknowledged")).toHaveLength(2);
    expect(await listed("service_ids[]=PPLATFM")).toHaveLength(4);
    const [first] = await listed("urgencies[]=low&sort_by=created_at:desc");
    expect(first.urgency).toBe("low");
    expect(await listed(`incident_key=${first.incident_key}`)).toEqual([first]);
    expect(await listed("incident_key=nonesuch")).toEqual([]);
    // No key is no restriction: whoever looks for one that they don't have finds everything.
    expect(await listed("incident_key=")).toHaveLength(24);
  });

  it.each(["limit=101", "limit=0", "offset=-1", "statuses[]=open", "sort_by=title", "date_range=some"])(
    "refuses %s in the vendor's shape",
    async (query) => {
      const { status, body } = await new PagerDuty(await lab(), "read").list(query);
      expect(status).toBe(400);
      expect(body).toEqual({
        error: { code: 2001, message: "Invalid Input Provided", errors: [expect.any(String)] },
      });
    },
  );
});

describe("an incident", () => {
  it("is opened once for a key while it is open, and again once it is resolved", async () => {
    const world = await lab();
    const pagerduty = new PagerDuty(world, "page");
    const first = await pagerduty.create(incidentBody(), { "x-request-id": "op_1" });
    expect(first.status).toBe(201);
    expect(first.body.incident).toMatchObject({ status: "triggered", urgency: "high", incident_key: "op_1" });
    const second = await pagerduty.create();
    expect(second.status).toBe(400);
    expect(second.body.error.errors).toEqual([
      "Open incident with matching dedup key already exists on this service",
    ]);
    const { id } = first.body.incident;
    expect((await pagerduty.resolve(id)).body.incident.status).toBe("resolved");
    const third = await pagerduty.create();
    expect(third.body.incident.id).not.toBe(id);
    const { body } = await pagerduty.list("incident_key=op_1");
    expect(body.incidents.map(({ status }: { status: string }) => status)).toEqual(["resolved", "triggered"]);
    expect(await effects(world)).toMatchObject([
      { vendor: "pagerduty", action: "createIncident", target: `incident/${id}`, request_id: "op_1" },
      { action: "updateIncident", target: `incident/${id}` },
      { action: "createIncident" },
    ]);
  });

  it.each([
    [2002, incidentBody({ service: { id: "PNONE", type: "service_reference" } }), {}],
    [1008, incidentBody(), { from: "stranger@elsewhere.test" }],
  ])("isn't opened with what code %d is about", async (code, body, headers) => {
    const world = await lab();
    const refused = await new PagerDuty(world, "page").create(body, headers);
    expect(refused).toMatchObject({ status: 400, body: { error: { code } } });
    expect(await effects(world)).toEqual([]);
  });

  it.each([
    ["incident.title", { title: "" }],
    ["incident.service.type", { service: { id: "PSECOPS", type: "service" } }],
    ["incident.urgency", { urgency: "severe" }],
    ["incident.type", { type: "page" }],
  ])("isn't opened with a wrong %s", async (path, wrong) => {
    const world = await lab();
    const { status, body } = await new PagerDuty(world, "page").create(incidentBody(wrong));
    expect(status).toBe(400);
    expect(body.error.errors).toEqual([`${path} is invalid.`]);
    expect(await effects(world)).toEqual([]);
  });
});

describe("faults", () => {
  it("limit the rate in seconds to wait, and drift what a caller relies on", async () => {
    const world = await lab();
    const pagerduty = new PagerDuty(world, "page");
    await fault(world, { vendor: "pagerduty", mode: "rate_limit", delay_ms: 1500, times: 1 });
    const limited = await pagerduty.list();
    expect(limited.status).toBe(429);
    expect(limited.headers.get("ratelimit-reset")).toBe("2");
    expect(limited.headers.get("ratelimit-remaining")).toBe("0");
    await fault(world, { vendor: "pagerduty", mode: "drift" });
    const drifted = await pagerduty.create();
    expect(drifted.status).toBe(201);
    expect(drifted.body.data).toMatchObject({
      incident_id: expect.any(String),
      urgency: 1,
      dedup_key: "op_1",
    });
    expect(await effects(world)).toHaveLength(1);
  });
});
