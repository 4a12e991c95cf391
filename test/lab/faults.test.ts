import { describe, expect, it } from "vitest";
import { effects, fault, faults, lab, post, release, requests } from "./support/estate.ts";
import { Falcon, onlineDevice, otherDevice } from "./support/falcon.ts";

const operation = "PerformActionV2";

describe("a fault", () => {
  it("is refused with the name of what is wrong with it", async () => {
    const { url } = await lab();
    const refused = async (body: object) => {
      const response = await post(`${url}/faults`, body);
      expect(response.status).toBe(400);
      const { error } = (await response.json()) as {
        error: { message: string; issues: { field: string }[] };
      };
      for (const { field } of error.issues) expect(error.message).toContain(field);
      return error.issues.map(({ field }) => field);
    };
    expect(await refused({ mode: "reset" })).toEqual(["vendor"]);
    expect(await refused({ vendor: "crowdstrike", mode: "explode" })).toEqual(["mode"]);
    expect(await refused({ vendor: "crowdstrike", mode: "slow", delay: 5 })).toEqual(["delay"]);
    expect(await refused({ vendor: "crowdstrike", mode: "slow", delay_ms: -1 })).toEqual(["delay_ms"]);
    expect(await refused({ vendor: "crowdstrike", mode: "reset", times: 0 })).toEqual(["times"]);
    expect(await refused({ vendor: "crowdstrike", mode: "status", status: 200 })).toEqual(["status"]);
    expect(await refused({ vendor: "crowdstrike", mode: "reset", operation: "Nonesuch" })).toEqual([
      "operation",
    ]);
    expect(await (await post(`${url}/faults`, {})).json()).toMatchObject({
      error: { issues: [{ field: "vendor" }, { field: "mode" }] },
    });
    expect((await fetch(`${url}/faults`, { method: "POST", body: "{" })).status).toBe(400);
    expect(await faults({ url })).toEqual([]);
  });

  it("holds for its operation only, for as many times as it says", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "status", status: 503, operation: "PostDeviceDetailsV2", times: 2 });
    expect((await falcon.find()).status).toBe(200);
    expect((await falcon.details(onlineDevice)).status).toBe(503);
    expect((await falcon.details(onlineDevice)).status).toBe(503);
    expect((await falcon.details(onlineDevice)).status).toBe(200);
    expect(await faults(world)).toMatchObject([{ mode: "status", times: 2, fired: 2 }]);
  });

  it("holds for every operation of the vendor until it is cleared, if it names neither", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "status", status: 500 });
    expect((await falcon.find()).status).toBe(500);
    expect((await falcon.details(onlineDevice)).status).toBe(500);
    expect((await falcon.signIn("lab-cs-read", "lab-cs-read-secret")).status).toBe(500);
    expect((await fetch(`${world.url}/faults`, { method: "DELETE" })).status).toBe(204);
    expect((await falcon.signIn("lab-cs-read", "lab-cs-read-secret")).status).toBe(201);
    expect(await faults(world)).toEqual([]);
  });

  it("waits its turn: the first that matches and isn't used up wins", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "status", status: 500, times: 1 });
    await fault(world, { mode: "status", status: 503, times: 1 });
    const statuses = [await falcon.find(), await falcon.find(), await falcon.find()].map(
      ({ status }) => status,
    );
    expect(statuses).toEqual([500, 503, 200]);
  });
});

describe("mode status", () => {
  it("answers in the vendor's shape and does nothing", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "status", status: 500, operation });
    const { status, body } = await falcon.act("contain", onlineDevice);
    expect(status).toBe(500);
    expect(body).toMatchObject({ meta: { trace_id: expect.any(String) }, errors: [{ code: 500 }] });
    expect(await effects(world)).toEqual([]);
  });
});

describe("mode slow", () => {
  it("waits before the effect, then performs it and answers as ever", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "slow", delay_ms: 600_000, operation, times: 1 });
    await fault(world, { mode: "slow", delay_ms: 1, operation });
    const answer = falcon.act("contain", onlineDevice);
    expect(await faults(world, 1)).toMatchObject([{ fired: 1 }, { fired: 0 }]);
    expect(await effects(world)).toEqual([]);
    await release(world);
    expect((await answer).status).toBe(202);
    expect(await effects(world)).toHaveLength(1);
    expect((await falcon.act("contain", otherDevice)).status).toBe(202);
    expect(await effects(world)).toHaveLength(2);
  });

  it("performs the effect for a caller who has hung up", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "slow", delay_ms: 600_000, operation });
    const caller = new AbortController();
    const answer = falcon.act("contain", onlineDevice, { signal: caller.signal });
    await faults(world, 1);
    caller.abort();
    await expect(answer).rejects.toThrow();
    expect(await effects(world)).toEqual([]);
    await release(world);
    expect(await effects(world, 1)).toHaveLength(1);
  });

  it("lets go without effect of what it holds when the estate is reset", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "slow", delay_ms: 600_000, operation });
    const answer = falcon.act("contain", onlineDevice);
    await faults(world, 1);
    await Promise.all([expect(answer).rejects.toThrow(), post(`${world.url}/reset`, {})]);
    expect(await effects(world)).toEqual([]);
  });

  it("holds many at once", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "slow", delay_ms: 100 });
    const answers = await Promise.all(Array.from({ length: 40 }, () => falcon.details(onlineDevice)));
    expect(answers.every(({ status }) => status === 200)).toBe(true);
  });

  it("doesn't keep the lab from stopping", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "slow", delay_ms: 600_000, operation });
    const answer = falcon.act("contain", onlineDevice);
    await faults(world, 1);
    await Promise.all([expect(answer).rejects.toThrow(), world.close()]);
  });
});

describe("mode hold_after_effect", () => {
  it("performs the effect at once, and answers as ever when its time has passed", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "hold_after_effect", delay_ms: 600_000, operation, times: 1 });
    await fault(world, { mode: "hold_after_effect", delay_ms: 1, operation });
    const answer = falcon.act("contain", onlineDevice);
    expect(await effects(world, 1)).toHaveLength(1);
    expect(await requests(world)).toMatchObject([{}, { operation, status: null }]);
    await release(world);
    expect((await answer).status).toBe(202);
    expect(await effects(world)).toHaveLength(1);
    expect((await falcon.act("contain", otherDevice)).status).toBe(202);
  });

  it("drops the answer when the estate is reset, and doesn't keep the lab from stopping", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "hold_after_effect", delay_ms: 600_000, operation });
    const first = falcon.act("contain", onlineDevice);
    await effects(world, 1);
    await Promise.all([expect(first).rejects.toThrow(), post(`${world.url}/reset`, {})]);
    await fault(world, { mode: "hold_after_effect", delay_ms: 600_000, operation });
    const second = falcon.act("contain", onlineDevice);
    await effects(world, 1);
    await Promise.all([expect(second).rejects.toThrow(), world.close()]);
  });
});

describe("modes that cut the connection", () => {
  it("reset: before any effect", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "reset", operation, times: 1 });
    await expect(falcon.act("contain", onlineDevice)).rejects.toMatchObject({
      cause: { code: "ECONNRESET" },
    });
    expect(await effects(world)).toEqual([]);
    expect((await falcon.act("contain", onlineDevice)).status).toBe(202);
  });

  it("drop_after_effect: after it", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "drop_after_effect", operation, times: 1 });
    await expect(falcon.act("contain", onlineDevice)).rejects.toMatchObject({
      cause: { code: "ECONNRESET" },
    });
    expect(await effects(world)).toMatchObject([{ action: "contain", target: `device/${onlineDevice}` }]);
  });
});

describe("modes that answer otherwise than they acted", () => {
  it("error_after_effect: a failure, by default 500, though it happened", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "error_after_effect", operation, times: 1 });
    await fault(world, { mode: "error_after_effect", status: 504, operation, times: 1 });
    expect((await falcon.act("contain", onlineDevice)).status).toBe(500);
    expect((await falcon.act("contain", otherDevice)).status).toBe(504);
    expect(await effects(world)).toHaveLength(2);
  });

  it("drift: a well-formed 2xx with fields renamed and retyped, always in the same way", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "drift" });
    const first = await falcon.details(onlineDevice);
    expect(first.status).toBe(200);
    expect(first.body.resources).not.toBeInstanceOf(Array);
    expect(first.body.resources.items[0]).toMatchObject({ deviceId: onlineDevice, status: 0 });
    expect(first.body.resources.items[0]).not.toHaveProperty("device_id");
    const second = await falcon.details(onlineDevice);
    expect(second.body.resources).toEqual(first.body.resources);
    expect((await falcon.signIn("lab-cs-read", "lab-cs-read-secret")).body).not.toHaveProperty(
      "access_token",
    );
  });

  it("drift and malformed: what was done is done", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "drift", operation, times: 1 });
    await fault(world, { mode: "malformed", operation, times: 1 });
    expect((await falcon.act("contain", onlineDevice)).status).toBe(202);
    expect((await falcon.act("contain", otherDevice)).status).toBe(202);
    expect(await effects(world)).toHaveLength(2);
  });

  it("malformed: JSON that breaks off", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "malformed" });
    const { status, headers, body } = await falcon.details(onlineDevice);
    expect(status).toBe(200);
    expect(headers.get("content-type")).toBe("application/json");
    expect(body).toMatch(/^\{"meta"/);
    expect(() => JSON.parse(body)).toThrow();
  });

  it("html: a page, whatever the status, without effect", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "html", operation, times: 1 });
    await fault(world, { mode: "html", status: 200, operation, times: 1 });
    const [bad, good] = [
      await falcon.act("contain", onlineDevice),
      await falcon.act("contain", onlineDevice),
    ];
    expect([bad.status, good.status]).toEqual([502, 200]);
    expect(good.headers.get("content-type")).toContain("text/html");
    expect(await effects(world)).toEqual([]);
  });

  it("partial: a 2xx with errors and nothing else, without effect", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "partial", operation });
    const { status, body } = await falcon.act("contain", onlineDevice);
    expect(status).toBe(202);
    expect(body).toMatchObject({ resources: [], errors: [{ code: 500 }] });
    expect(await effects(world)).toEqual([]);
  });
});

describe("mode rate_limit", () => {
  it("says until when, in epoch seconds and in milliseconds by turns, and does nothing", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "rate_limit", delay_ms: 5000, operation, times: 2 });
    const answers = [await falcon.act("contain", onlineDevice), await falcon.act("contain", onlineDevice)];
    expect(answers.map(({ status }) => status)).toEqual([429, 429]);
    const until = world.clock.ms + 5000;
    expect(answers.map(({ headers }) => Number(headers.get("x-ratelimit-retryafter")))).toEqual([
      until / 1000,
      until,
    ]);
    expect(answers[0]?.headers.get("x-ratelimit-remaining")).toBe("0");
    expect(answers[0]?.body).toMatchObject({ errors: [{ code: 429, message: "API rate limit exceeded." }] });
    expect(await effects(world)).toEqual([]);
    expect((await falcon.act("contain", onlineDevice)).status).toBe(202);
  });
});

describe("mode expire_tokens", () => {
  it("ends every token issued so far, once: a renewed one is good", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "read");
    const contain = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "expire_tokens" });
    const refused = await read.find();
    expect(refused.status).toBe(401);
    expect(refused.body).toMatchObject({
      errors: [{ code: 401, message: "access denied, invalid bearer token" }],
    });
    expect((await contain.act("contain", onlineDevice)).status).toBe(401);
    expect((await read.signIn("lab-cs-read", "lab-cs-read-secret")).status).toBe(201);
    expect((await read.find()).status).toBe(200);
    expect(await effects(world)).toEqual([]);
  });

  it("refuses renewed tokens as well, as many times as it says", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    await fault(world, { mode: "expire_tokens", times: 2 });
    expect((await falcon.find()).status).toBe(401);
    await falcon.signIn("lab-cs-read", "lab-cs-read-secret");
    expect((await falcon.find()).status).toBe(401);
    expect((await falcon.find()).status).toBe(200);
  });
});

describe("what was asked", () => {
  it("is listed with what became of it, effects or none", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "reset", operation, times: 1 });
    const headers = { "x-request-id": "req-1" };
    await falcon.act("contain", onlineDevice, { headers }).catch(() => undefined);
    await falcon.act("contain", onlineDevice);
    await falcon.act("contain", onlineDevice);
    expect(await requests(world)).toMatchObject([
      { operation: "oauth2AccessToken", status: 201, fault: null },
      { vendor: "crowdstrike", operation, request_id: "req-1", status: null, fault: "reset" },
      { operation, status: 202, fault: null },
      { operation, status: 202, fault: null },
    ]);
    expect(await effects(world)).toHaveLength(2);
  });
});
