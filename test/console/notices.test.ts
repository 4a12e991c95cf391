import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Agent, connect } from "../../cli/demo/agent.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { signatureHeaders } from "../../src/console/notices/signature.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;

/** What a receiver was sent, and what it is to answer. */
interface Delivery {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const deliveries: Delivery[] = [];
let answers: number[] = [];
let instance: TestInstance;
let agent: Agent;
const receiver = createServer(async (request, response) => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  deliveries.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
  response.writeHead(answers.shift() ?? 204).end();
});

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, "127.0.0.1", resolve));
  const { port } = receiver.address() as AddressInfo;
  instance = await startTestInstance({
    environment: { WEBHOOK_URL: `http://127.0.0.1:${port}/hook?for=sallyport`, WEBHOOK_SECRET: SECRET },
  });
  const mcpUrl = `${instance.url}/mcp`;
  const { access_token } = await signIn({ mcpUrl, user: "analyst", scope: "devices:read devices:contain" });
  agent = await connect(mcpUrl, "2026-07-28", access_token);
}, 120_000);

afterAll(async () => {
  await agent?.close();
  await instance?.dispose();
  receiver.close();
});

/** An analyst's containment, which waits for an approver. */
async function heldBack(): Promise<{ id: string; device_id: string; approval_url: string }> {
  const found = await agent.call("search_devices", { containment: "normal", criticality: "low", limit: 25 });
  const devices = (found.data?.devices ?? []) as { device_id: string }[];
  const device_id = devices[deliveries.length]?.device_id ?? "";
  const { operation } = await agent.call("contain_device", { device_id, reason: "The password is hunter2" });
  const { id, approval_url } = operation as unknown as { id: string; approval_url: string };
  return { id, device_id, approval_url };
}

/** What the receiver was sent about an operation. */
const about = (id: string) => deliveries.filter(({ body }) => body.includes(id));

describe("the webhook", () => {
  test("is told when an approval is asked for: who, what, on what, and where to decide", async () => {
    const { id, device_id, approval_url } = await heldBack();
    await expect.poll(() => about(id).length).toBe(1);
    const [delivery] = about(id);
    expect(JSON.parse(delivery?.body ?? "")).toEqual({
      type: "operation.awaiting_approval",
      event_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.stringMatching(/^\d{4}-/),
      tenant: "acme",
      operation: {
        id,
        tool: "contain_device",
        target: `device/${device_id}`,
        requested_by: "analyst@acme.test",
        expires_at: expect.stringMatching(/^\d{4}-/),
      },
      url: approval_url,
    });
  });

  test("can verify the sender, and recognises a repeat by its id", async () => {
    const { id } = await heldBack();
    await expect.poll(() => about(id).length).toBe(1);
    const [{ headers, body } = { headers: {}, body: "" }] = about(id);
    const timestamp = String(headers["webhook-timestamp"]);
    const key = Buffer.from(SECRET.slice("whsec_".length), "base64");
    const signed = `${headers["webhook-id"]}.${timestamp}.${body}`;
    const expected = createHmac("sha256", key).update(signed).digest("base64");
    expect(headers["webhook-signature"]).toBe(`v1,${expected}`);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(60);
    expect(headers["webhook-id"]).toBe(JSON.parse(body).event_id);
  });

  test("is told again when it answered with an error, under the same id", async () => {
    answers = [500];
    const { id } = await heldBack();
    await expect.poll(() => about(id).length, { timeout: 40_000 }).toBe(2);
    expect(new Set(about(id).map(({ headers }) => headers["webhook-id"])).size).toBe(1);
    await expect
      .poll(() => instance.sql("SELECT 1 FROM notices WHERE outcome = 'delivered'").length)
      .toBeGreaterThanOrEqual(3);
  }, 120_000);

  test("never gets what an agent wrote", () => {
    expect(deliveries.length).toBeGreaterThan(0);
    for (const { body } of deliveries) expect(body).not.toContain("hunter2");
  });
});

test("a signature is the one that Standard Webhooks 1.0 gives as its example", () => {
  const headers = signatureHeaders(
    ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    '{"test": 2432232314}',
    1_614_265_330_000,
  );
  expect(headers["webhook-signature"]).toBe("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
});

test("while the secret changes, the old and the new one both sign", () => {
  const secrets = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    `whsec_${Buffer.alloc(24, 7).toString("base64")}`,
  ];
  const signed = (by: string[]) => signatureHeaders(by, "msg_1", "{}", 0)["webhook-signature"];
  expect(signed(secrets)).toBe(secrets.map((secret) => signed([secret])).join(" "));
});
