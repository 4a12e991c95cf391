import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { problemsOf } from "../../scripts/health.ts";

/** The problems that are found with a server that answers like this. */
async function problemsWith(status: number, body: string): Promise<string[]> {
  const server = createServer((_request, response) => response.writeHead(status).end(body)).listen(
    0,
    "127.0.0.1",
  );
  await once(server, "listening");
  try {
    return await problemsOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("an instance that is well has no problems", async () => {
  expect(await problemsWith(200, '{"ok":true}')).toEqual([]);
});

test("the problems it names are reported, whatever the status", async () => {
  const problems = ["SEALING_KEY is too short", "ROLE_POLICY names no roles"];
  for (const status of [200, 503]) {
    expect(await problemsWith(status, JSON.stringify({ ok: false, problems }))).toEqual(problems);
  }
});

test.each([
  [404, "not found"],
  [500, '{"error":"internal"}'],
  [503, '{"ok":true}'],
  [200, '{"ok":false}'],
])("an answer that doesn't say it is well is a problem: %i %s", async (status, body) => {
  expect(await problemsWith(status, body)).toEqual([expect.stringContaining(`/healthz answered ${status}`)]);
});
