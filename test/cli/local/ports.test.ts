import { once } from "node:events";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { chosenFrom, freePort, LOOPBACK } from "../../../cli/local/ports.ts";

const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Listens, and says where. `undefined` if somebody else does already. */
async function listen(port: number): Promise<number | undefined> {
  const server = createServer().listen(port, LOOPBACK);
  try {
    await once(server, "listening");
  } catch {
    return undefined;
  }
  servers.push(server);
  return (server.address() as AddressInfo).port;
}

describe("a port that is chosen", () => {
  test("is none that the system gives out", async () => {
    const [first, end] = chosenFrom("32768\t60999\n");
    expect([first, end]).toEqual([10_000, 32_768]);
    expect(chosenFrom("16000 65535")).toEqual([first, 16_000]);
    expect(chosenFrom("40000 60999")).toEqual([first, end]);
    expect(chosenFrom(null)).toEqual([first, end]);
    const port = await freePort();
    expect(port).toBeGreaterThanOrEqual(first);
    expect(port).toBeLessThan(end);
  });

  test("is any where the system leaves none", () => {
    for (const ephemeral of ["1024 65535", "10010 65535", "nonsense"]) {
      expect(chosenFrom(ephemeral), ephemeral).toEqual([10_000, 32_768]);
    }
  });

  test("isn't chosen twice by the same process, though nobody listens there yet", async () => {
    const ports = await Promise.all(Array.from({ length: 20 }, () => freePort()));
    expect(new Set(ports).size).toBe(20);
  });

  test("can be listened on: one that somebody listens on is passed over", async () => {
    const taken = (await freePort()) + 1;
    await listen(taken);
    const port = await freePort();
    expect(port).not.toBe(taken);
    expect(await listen(port)).toBe(port);
  });
});
