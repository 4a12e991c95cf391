import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { expect, test } from "vitest";
import { freePort } from "../../../cli/local/ports.ts";
import { hasWayOut } from "../../../cli/local/way-out.ts";

test("there is a way out if one of the places takes a connection", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const open = { host: "127.0.0.1", port: (server.address() as AddressInfo).port };
  const closed = { host: "127.0.0.1", port: await freePort() };
  try {
    expect(await hasWayOut([closed, open])).toBe(true);
    expect(await hasWayOut([closed])).toBe(false);
    expect(await hasWayOut([{ host: "nowhere.invalid", port: 443 }])).toBe(false);
  } finally {
    server.close();
  }
});
