import { describe, expect, it } from "vitest";
import { effects, fault, faults, lab, release } from "./support/estate.ts";
import { Falcon, onlineDevice, otherDevice } from "./support/falcon.ts";

const operation = "PerformActionV2";

describe("what faults hold back", () => {
  it("is let go all at once, and takes effect", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "slow", delay_ms: 600_000, operation });
    const answers = [falcon.act("contain", onlineDevice), falcon.act("contain", otherDevice)];
    await faults(world, 2);
    await release(world);
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([202, 202]);
    expect(await effects(world)).toHaveLength(2);
  });

  it("is held all the same if it comes later", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await release(world);
    await fault(world, { mode: "slow", delay_ms: 600_000, operation });
    const answer = falcon.act("contain", onlineDevice);
    await faults(world, 1);
    expect(await effects(world)).toEqual([]);
    await release(world);
    expect((await answer).status).toBe(202);
  });

  it("fails as its fault says when it is let go, and without effect", async () => {
    const world = await lab();
    const falcon = await Falcon.signedIn(world, "contain");
    await fault(world, { mode: "status", status: 503, delay_ms: 600_000, operation });
    const answer = falcon.act("contain", onlineDevice);
    await faults(world, 1);
    await release(world);
    expect((await answer).status).toBe(503);
    expect(await effects(world)).toEqual([]);
  });
});
