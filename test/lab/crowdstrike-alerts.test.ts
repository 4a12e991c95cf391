import { describe, expect, it } from "vitest";
import { seededAlerts } from "../../lab/crowdstrike/alerts/alert-seed.ts";
import { hosts } from "../../lab/estate/hosts.ts";
import { effects, lab, post } from "./support/estate.ts";
import { Falcon } from "./support/falcon.ts";

const [first, second] = seededAlerts;
if (!first || !second) throw new Error("the estate has no alerts");
const noAlert = "0".repeat(32);

describe("the seeded alerts", () => {
  it("are on the estate's own hosts, but for those about accounts", () => {
    const ids = new Set(hosts.map(({ id }) => id));
    expect(seededAlerts.filter(({ host }) => host && !ids.has(host.id))).toEqual([]);
    expect(seededAlerts.filter(({ host }) => host === null)).toHaveLength(2);
    expect(new Set(seededAlerts.map(({ compositeId }) => compositeId)).size).toBe(67);
  });

  it("hold some of high severity that nobody has looked at for more than a week", () => {
    const weekMs = 7 * 86_400_000;
    const forgotten = seededAlerts.filter(
      ({ pattern, assignee, status, ageMs }) =>
        pattern.severity >= 60 && assignee === null && status !== "closed" && ageMs > weekMs,
    );
    expect(forgotten.length).toBeGreaterThanOrEqual(5);
  });
});

describe("querying alerts", () => {
  it("answers with composite ids, by pages, the newest first", async () => {
    const falcon = await Falcon.signedIn(await lab(), "alerts-read");
    const all = (await falcon.findAlerts()).body.resources;
    expect(all).toHaveLength(67);
    const { body } = await falcon.findAlerts({ limit: "7", offset: "14" });
    expect(body.resources).toEqual(all.slice(14, 21));
    expect(body.meta.pagination).toEqual({ offset: 14, limit: 7, total: 67 });
    const times = (await falcon.describeAlerts(...all)).body.resources
      .toSorted(
        (a: { composite_id: string }, b: { composite_id: string }) =>
          all.indexOf(a.composite_id) - all.indexOf(b.composite_id),
      )
      .map(({ created_timestamp }: { created_timestamp: string }) => created_timestamp);
    expect(times).toEqual(times.toSorted().reverse());
  });

  it("filters by bucket, by number, by standing, by time and by device", async () => {
    const falcon = await Falcon.signedIn(await lab(), "alerts-read");
    const found = async (filter: string) => {
      const ids = (await falcon.findAlerts({ filter })).body.resources;
      return ids.length === 0 ? [] : (await falcon.describeAlerts(...ids)).body.resources;
    };
    const high = await found("severity_name:'High'");
    expect(high.length).toBeGreaterThan(5);
    expect(await found("severity:>=60+severity:<80")).toEqual(high);
    for (const { severity } of high) expect([65, 70, 75]).toContain(severity);
    const old = await found("status:!'closed'+created_timestamp:<'now-9d'");
    expect(old.length).toBeGreaterThan(5);
    const agent = first.host?.id ?? "";
    expect((await found(`agent_id:'${agent}'`)).map(({ composite_id }: Found) => composite_id)).toContain(
      first.compositeId,
    );
    expect(await found(`device.device_id:'${agent}'`)).toEqual(await found(`agent_id:'${agent}'`));
    expect((await falcon.findAlerts({ filter: "colour:'red'" })).status).toBe(400);
    expect((await falcon.findAlerts({ filter: "severity:>'high'" })).status).toBe(400);
  });

  it("reaches no further than the first 10,000", async () => {
    const falcon = await Falcon.signedIn(await lab(), "alerts-read");
    expect((await falcon.findAlerts({ offset: "9999", limit: "1" })).status).toBe(200);
    expect((await falcon.findAlerts({ offset: "9999", limit: "2" })).status).toBe(400);
  });

  it("is for the credential that may", async () => {
    const world = await lab();
    for (const client of ["read", "contain", "alerts-write"] as const) {
      const falcon = await Falcon.signedIn(world, client);
      expect((await falcon.findAlerts()).status).toBe(403);
      expect((await falcon.describeAlerts(first.compositeId)).status).toBe(403);
    }
    const reader = await Falcon.signedIn(world, "alerts-read");
    expect((await reader.changeAlert(first.compositeId, { update_status: "closed" })).status).toBe(403);
    expect(await effects(world)).toEqual([]);
  });
});

interface Found {
  composite_id: string;
}

describe("changing an alert", () => {
  it("does all actions of a request at once, as one effect", async () => {
    const world = await lab();
    const write = await Falcon.signedIn(world, "alerts-write");
    const read = await Falcon.signedIn(world, "alerts-read");
    world.clock.ms += 5000;
    const actions = { update_status: "in_progress", append_comment: "Looking", add_tag: "mine" };
    const headers = { "x-request-id": "req-1" };
    const { status, body } = await write.changeAlert(first.compositeId, actions, { headers });
    expect(status).toBe(200);
    expect(body).toMatchObject({ errors: [], meta: { writes: { resources_affected: 1 } } });
    expect((await read.describeAlerts(first.compositeId)).body.resources[0]).toMatchObject({
      status: "in_progress",
      tags: ["mine"],
      updated_timestamp: new Date(world.clock.ms).toISOString(),
    });
    expect(await effects(world)).toMatchObject([
      {
        vendor: "crowdstrike",
        action: "update_status+append_comment+add_tag",
        target: `detection/${first.compositeId}`,
        request_id: "req-1",
      },
    ]);
  });

  it("assigns and unassigns, which a filter sees", async () => {
    const world = await lab();
    const write = await Falcon.signedIn(world, "alerts-write");
    const read = await Falcon.signedIn(world, "alerts-read");
    await write.changeAlert([first.compositeId, second.compositeId], { assign_to_name: "Rosa Ferreira" });
    await write.changeAlert(second.compositeId, { unassign: "" });
    const filter = "assigned_to_name:'Rosa Ferreira'";
    const ids = (await read.findAlerts({ filter })).body.resources;
    expect(ids).toContain(first.compositeId);
    expect(ids).not.toContain(second.compositeId);
    expect(await effects(world)).toHaveLength(3);
  });

  it("counts a repeat as one more effect, though a tag stays one tag", async () => {
    const world = await lab();
    const write = await Falcon.signedIn(world, "alerts-write");
    const read = await Falcon.signedIn(world, "alerts-read");
    for (let nth = 0; nth < 2; nth++) {
      await write.changeAlert(first.compositeId, { append_comment: "Twice", add_tag: "once" });
    }
    expect((await read.describeAlerts(first.compositeId)).body.resources[0].tags).toEqual(["once"]);
    expect(await effects(world)).toHaveLength(2);
  });

  it("reports an alert that it doesn't know inside the 200, and does nothing by half", async () => {
    const world = await lab();
    const write = await Falcon.signedIn(world, "alerts-write");
    const { status, body } = await write.changeAlert(noAlert, { update_status: "closed" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ errors: [{ code: 404 }], meta: { writes: { resources_affected: 0 } } });
    const wrong = { append_comment: "Done", update_status: "done" };
    expect((await write.changeAlert(first.compositeId, wrong)).status).toBe(400);
    expect((await write.changeAlert(first.compositeId, {})).status).toBe(400);
    expect(await effects(world)).toEqual([]);
  });

  it("is undone by a reset of the estate", async () => {
    const world = await lab();
    const write = await Falcon.signedIn(world, "alerts-write");
    const read = await Falcon.signedIn(world, "alerts-read");
    const before = (await read.describeAlerts(first.compositeId)).body.resources;
    await write.changeAlert(first.compositeId, { update_status: "closed", add_tag: "mine" });
    await post(`${world.url}/reset`, {});
    expect((await read.describeAlerts(first.compositeId)).body.resources).toEqual(before);
  });
});
