import { describe, expect, it } from "vitest";
import { effects, fault, faults, lab, post } from "./support/estate.ts";
import { Falcon, onlineDevice, otherDevice } from "./support/falcon.ts";

describe("the list of effects", () => {
  it("has what was really done, in order, with the caller's request id", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await falcon.act("contain", onlineDevice, { headers: { "x-request-id": "op-1" } });
    world.clock.ms += 1000;
    const { headers } = await falcon.act("contain", otherDevice);
    await falcon.act("lift_containment", onlineDevice);
    expect(await effects(world)).toEqual([
      {
        vendor: "crowdstrike",
        action: "contain",
        target: `device/${onlineDevice}`,
        at: "2026-11-22T10:00:00.000Z",
        request_id: "op-1",
      },
      {
        vendor: "crowdstrike",
        action: "contain",
        target: `device/${otherDevice}`,
        at: "2026-11-22T10:00:01.000Z",
        request_id: headers.get("x-cs-traceid"),
      },
      expect.objectContaining({ action: "lift_containment", target: `device/${onlineDevice}` }),
    ]);
  });

  it("can be awaited, so that nobody has to sleep", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    const awaited = effects(world, 2);
    await falcon.act("contain", [onlineDevice, otherDevice]);
    expect(await awaited).toHaveLength(2);
  });

  it("comes as it is when the wait is over", async () => {
    const { url } = await lab();
    expect(await (await fetch(`${url}/effects?wait=1&timeout_ms=10`)).json()).toEqual([]);
    expect(await (await fetch(`${url}/faults?fired=1&timeout_ms=10`)).json()).toEqual([]);
    expect((await fetch(`${url}/effects?wait=soon`)).status).toBe(400);
  });
});

describe("a reset", () => {
  it("restores the estate and clears effects and faults, but ends no vendor token", async () => {
    const world = await lab();
    const read = await Falcon.signedIn(world, "read");
    const contain = await Falcon.signedIn(world, "contain");
    await contain.act("contain", onlineDevice);
    await fault(world, { mode: "status", operation: "QueryDevicesByFilter" });
    expect(await read.status(onlineDevice)).toBe("containment_pending");

    expect((await post(`${world.url}/reset`, {})).status).toBe(204);
    expect(await read.status(onlineDevice)).toBe("normal");
    expect(await effects(world)).toEqual([]);
    expect(await faults(world)).toEqual([]);
    expect((await read.find()).status).toBe(200);
  });
});
