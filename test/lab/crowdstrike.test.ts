import { describe, expect, it } from "vitest";
import { effects, lab, requests } from "./support/estate.ts";
import { Falcon, noDevice, offlineDevice, onlineDevice, otherDevice } from "./support/falcon.ts";

describe("a Falcon token", () => {
  it("comes with 201 and lasts 1799 seconds, without a refresh token", async () => {
    const world = await lab();
    const falcon = new Falcon(world);
    const { status, body } = await falcon.signIn("lab-cs-read", "lab-cs-read-secret");
    expect(status).toBe(201);
    expect(body).toEqual({ access_token: expect.any(String), expires_in: 1799, token_type: "bearer" });
    world.clock.ms += 1_798_000;
    expect((await falcon.find()).status).toBe(200);
    world.clock.ms += 1000;
    expect((await falcon.find()).status).toBe(401);
  });

  it("isn't given for a wrong secret, or for anything but a form", async () => {
    const falcon = new Falcon(await lab());
    const wrong = await falcon.signIn("lab-cs-read", "lab-cs-contain-secret");
    expect(wrong.status).toBe(403);
    expect(wrong.body).toMatchObject({
      errors: [{ code: 403, message: "access denied, authorization failed" }],
    });
    const json = JSON.stringify({ client_id: "lab-cs-read", client_secret: "lab-cs-read-secret" });
    expect((await falcon.send("POST", "/oauth2/token", json)).status).toBe(400);
  });

  it("can do what its client may and no more", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "read");
    const contain = await Falcon.signedIn(world, "contain");
    const forbidden = [
      await read.act("contain", onlineDevice),
      await contain.find(),
      await contain.details(onlineDevice),
    ];
    for (const { status, body } of forbidden) {
      expect(status).toBe(403);
      expect(body.errors).toEqual([{ code: 403, message: "access denied, authorization failed" }]);
    }
    expect(await effects(world)).toEqual([]);
  });

  it("is refused when it is unknown or missing", async () => {
    const falcon = new Falcon(await lab());
    const { status, body } = await falcon.find();
    expect(status).toBe(401);
    expect(body).toMatchObject({
      meta: { trace_id: expect.any(String) },
      errors: [{ code: 401, message: "access denied, invalid bearer token" }],
    });
  });

  it("can be revoked by its client", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    const revoke = (secret: string) => {
      const headers = { authorization: `Basic ${Buffer.from(`lab-cs-read:${secret}`).toString("base64")}` };
      const body = new URLSearchParams({ token: falcon.token });
      return new Falcon(world).send("POST", "/oauth2/revoke", body, { headers });
    };
    expect((await revoke("wrong")).status).toBe(403);
    expect((await falcon.find()).status).toBe(200);
    expect((await revoke("lab-cs-read-secret")).status).toBe(200);
    expect((await falcon.find()).status).toBe(401);
  });
});

describe("every answer", () => {
  it("carries the trace id and the rate limit", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const { headers, body } = await falcon.find();
    expect(headers.get("x-cs-traceid")).toBe(body.meta.trace_id);
    expect(headers.get("x-ratelimit-limit")).toBe("6000");
    expect(headers.get("x-ratelimit-remaining")).toBe("5998");
    expect(body.meta).toMatchObject({ query_time: expect.any(Number), powered_by: "device-api" });
  });
});

describe("querying devices", () => {
  it("answers with ids, by pages, in a steady order", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const all = (await falcon.find({ limit: "5000" })).body.resources;
    expect(all).toHaveLength(240);
    const { body } = await falcon.find({ limit: "7", offset: "14" });
    expect(body.resources).toEqual(all.slice(14, 21));
    expect(body.meta.pagination).toEqual({ offset: 14, limit: 7, total: 240 });
    expect((await falcon.find()).body.resources).toHaveLength(100);
  });

  it("answers nothing beyond the end, which is not an error", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const { status, body } = await falcon.find({ offset: "240" });
    expect(status).toBe(200);
    expect(body).toMatchObject({ resources: [], errors: [], meta: { pagination: { total: 240 } } });
  });

  it("sorts", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const names = async (sort: string) => {
      const { body } = await falcon.find({ sort, limit: "5000" });
      const details = await falcon.details(...body.resources);
      return details.body.resources.map(({ hostname }: { hostname?: string }) => hostname ?? "");
    };
    const ascending = await names("hostname.asc");
    expect(ascending).toEqual([...ascending].sort());
    expect(await names("hostname|desc")).toEqual([...ascending].reverse());
  });

  it("refuses what it doesn't understand in the vendor's shape", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const bad = [
      { limit: "0" },
      { limit: "5001" },
      { offset: "-1" },
      { sort: "size.asc" },
      { filter: "hostname='x'" },
    ];
    for (const query of bad as Record<string, string>[]) {
      const { status, body } = await falcon.find(query);
      expect(status, JSON.stringify(query)).toBe(400);
      expect(body).toMatchObject({ errors: [{ code: 400, message: expect.any(String) }], meta: {} });
    }
  });

  it("scrolls to the end; an offset dies after two minutes and serves no other query", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    const scroll = (query: Record<string, string>) =>
      falcon.find(query, "/devices/queries/devices-scroll/v1");
    const seen: string[] = [];
    let offset = "";
    do {
      const { body } = await scroll({ limit: "100", ...(offset && { offset }) });
      seen.push(...body.resources);
      offset = body.meta.pagination.offset;
    } while (offset);
    expect(new Set(seen).size).toBe(240);

    offset = (await scroll({ limit: "100" })).body.meta.pagination.offset;
    expect((await scroll({ offset, filter: "status:'normal'" })).status).toBe(400);
    expect((await scroll({ offset: "nonsense" })).status).toBe(400);
    world.clock.ms += 120_001;
    expect((await scroll({ offset })).status).toBe(400);
  });
});

describe("describing devices", () => {
  it("gives records of those it knows, and an error beside them for each that it doesn't", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const { status, body } = await falcon.details(onlineDevice, noDevice);
    expect(status).toBe(200);
    expect(body.resources).toHaveLength(1);
    expect(body.resources[0]).toMatchObject({
      device_id: onlineDevice,
      status: "normal",
      criticality: "low",
    });
    expect(body.errors).toEqual([{ code: 404, message: `No matching device found for ID ${noDevice}` }]);
  });

  it("refuses a body without ids", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    expect((await falcon.details()).status).toBe(400);
    expect((await falcon.send("POST", "/devices/entities/devices/v2", "nonsense")).status).toBe(400);
  });

  it("says who is online", async () => {
    const falcon = await Falcon.signedIn(await lab(), "read");
    const ids = [onlineDevice, offlineDevice, noDevice].map((id) => `ids=${id}`).join("&");
    const { body } = await falcon.send("GET", `/devices/entities/online-state/v1?${ids}`);
    expect(body.resources.map(({ state }: { state: string }) => state)).toEqual([
      "online",
      "offline",
      "unknown",
    ]);
  });
});

describe("containing a device", () => {
  it("is pending first, contained a moment later, and back to normal by the same stages", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "read");
    const contain = await Falcon.signedIn(world, "contain");
    const { status, body } = await contain.act("contain", onlineDevice);
    expect(status).toBe(202);
    expect(body).toMatchObject({ resources: [{ id: onlineDevice, path: expect.any(String) }], errors: [] });

    expect(await read.status(onlineDevice)).toBe("containment_pending");
    world.clock.ms += 400;
    expect(await read.status(onlineDevice)).toBe("contained");
    await contain.act("lift_containment", onlineDevice);
    expect(await read.status(onlineDevice)).toBe("lift_containment_pending");
    world.clock.ms += 400;
    expect(await read.status(onlineDevice)).toBe("normal");
  });

  it("stays pending while the device is switched off", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "read");
    await (await Falcon.signedIn(world, "contain")).act("contain", offlineDevice);
    world.clock.ms += 86_400_000 / 48;
    await read.signIn("lab-cs-read", "lab-cs-read-secret");
    expect(await read.status(offlineDevice)).toBe("containment_pending");
  });

  it("counts a repeat as one more effect, so that whoever sends one is found out", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await falcon.act("contain", onlineDevice);
    expect((await falcon.act("contain", onlineDevice)).status).toBe(202);
    world.clock.ms += 1000;
    expect((await falcon.act("contain", onlineDevice)).status).toBe(202);
    expect(await effects(world)).toHaveLength(3);
  });

  it("reports a device that it doesn't know inside the 202, without effect", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    const { status, body } = await falcon.act("contain", noDevice);
    expect(status).toBe(202);
    expect(body).toMatchObject({ resources: [], errors: [{ code: 404 }] });
    expect(await effects(world)).toEqual([]);
  });

  it("does what it can of a list, and each device is an effect of its own", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    const { status, body } = await falcon.act("contain", [onlineDevice, noDevice, otherDevice]);
    expect(status).toBe(202);
    expect(body.resources.map(({ id }: { id: string }) => id)).toEqual([onlineDevice, otherDevice]);
    expect(body.errors.map(({ code }: { code: number }) => code)).toEqual([404]);
    expect((await effects(world)).map(({ target }) => target)).toEqual([
      `device/${onlineDevice}`,
      `device/${otherDevice}`,
    ]);
  });

  it("refuses actions and bodies that it doesn't know", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    expect((await falcon.act("detonate", onlineDevice)).status).toBe(400);
    expect((await falcon.act("contain", [])).status).toBe(400);
    expect(await effects(world)).toEqual([]);
  });
});

describe("a path that the API doesn't have", () => {
  it("is a 404 in the vendor's shape", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "read");
    const { status, body } = await falcon.send("GET", "/devices/queries/devices/v9");
    expect(status).toBe(404);
    expect(body).toMatchObject({ errors: [{ code: 404 }] });
    expect(await requests(world)).toHaveLength(1);
  });
});
