import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { type Health, healthOf } from "../../../cli/local/health.ts";

/** What is found with a server that answers like this. */
async function healthWith(status: number, body: string): Promise<Health> {
  const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  try {
    return await healthOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("an instance that is well has no problems", async () => {
  expect(await healthWith(200, '{"ok":true}')).toEqual({ serving: true, problems: [] });
});

test("the problems it names are reported, and whether it serves all the same", async () => {
  const problems = ["SEALING_KEY is too short", "ROLE_POLICY names no roles"];
  for (const status of [200, 503]) {
    expect(await healthWith(status, JSON.stringify({ ok: false, problems }))).toEqual({
      serving: status === 200,
      problems,
    });
  }
});

test.each([
  [404, "not found"],
  [500, '{"error":"internal"}'],
  [503, '{"ok":true}'],
  [200, '{"ok":false}'],
])("an answer that doesn't say how it is is a problem: %i %s", async (status, body) => {
  expect(await healthWith(status, body)).toEqual({
    serving: false,
    problems: [expect.stringContaining(`/healthz answered ${status}`)],
  });
});
