import { describe, expect, it } from "vitest";
import { clock, lab, post } from "./support/estate.ts";

async function lastSeen(url: string): Promise<number> {
  const { hosts } = (await (await fetch(`${url}/estate`)).json()) as {
    hosts: { online: boolean; last_seen: string }[];
  };
  return Date.parse(hosts.find(({ online }) => online)?.last_seen ?? "");
}

describe("the vendors' time", () => {
  it("goes ahead as far as it is told, and is put right by 0", async () => {
    const { url } = await lab();
    const before = await lastSeen(url);
    expect((await post(`${url}/clock`, { ahead_ms: 60_000 })).status).toBe(204);
    expect(await lastSeen(url)).toBe(before + 60_000);
    await post(`${url}/clock`, { ahead_ms: 0 });
    expect(await lastSeen(url)).toBe(before);
  });

  it("stands still where it is told to, also further ahead, and then goes on as if it never had", async () => {
    const world = await lab();
    const before = await lastSeen(world.url);
    await clock(world, { ahead_ms: 0, still: true });
    world.clock.ms += 10_000;
    expect(await lastSeen(world.url)).toBe(before);
    await clock(world, { ahead_ms: 60_000, still: true });
    world.clock.ms += 10_000;
    expect(await lastSeen(world.url)).toBe(before + 60_000);
    await clock(world, { ahead_ms: 0 });
    expect(await lastSeen(world.url)).toBe(before + 20_000);
  });

  it("doesn't go back, nor anywhere else without being told where", async () => {
    const { url } = await lab();
    for (const body of [{ ahead_ms: -1 }, {}, { ahead_ms: "1" }, { ahead_ms: 1, still: "yes" }]) {
      expect((await post(`${url}/clock`, body)).status).toBe(400);
    }
  });
});
