import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { signIn } from "../../cli/oauth-client.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { ENVELOPE, INITIALIZE, type LegacyWire, type Reply, Wire } from "./support/wire.ts";

let instance: TestInstance;
let token: string;
let wire: Wire;
let legacy: LegacyWire;

beforeAll(async () => {
  instance = await startTestInstance();
  const mcpUrl = `${instance.url}/mcp`;
  token = (await signIn({ mcpUrl, user: "responder", scope: "devices:read devices:contain" })).access_token;
  wire = new Wire(mcpUrl, token);
  legacy = await wire.initialize();
});
afterAll(() => instance.dispose());

/** What every answer of ours to a call carries, whatever came of it. */
const AUDITED = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-/);

/** The audit events of one tool name, as soon as there is one. */
async function auditOf(tool: string): Promise<Record<string, unknown>[]> {
  const query = "SELECT tool, outcome, error_kind, error_code, event_id FROM audit_events WHERE tool = ?";
  await expect.poll(() => instance.sql(query, tool)).not.toHaveLength(0);
  return instance.sql(query, tool);
}

describe("a client of the 2025 era", () => {
  it.each([
    ["anything", { accept: "*/*" }, "text/event-stream"],
    ["JSON alone", { accept: "application/json" }, "application/json"],
    ["nothing that it says", { accept: "" }, "text/event-stream"],
    ["both forms", {}, "text/event-stream"],
  ])("that accepts %s is answered, in a form that it accepts", async (_what, headers, form) => {
    const body = { ...INITIALIZE, id: "introduced" };
    const { status, message, ...reply } = await wire.ask({ body, headers });
    expect(status).toBe(200);
    expect(message).toMatchObject({ id: "introduced", result: { serverInfo: { name: "sallyport" } } });
    expect(reply.headers.get("content-type")).toContain(form);
  });

  it("may write a slash behind the address", async () => {
    const slashed = new Wire(`${instance.url}/mcp/`, token);
    expect((await slashed.ask({ body: INITIALIZE })).status).toBe(200);
    const challenge = await new Wire(`${instance.url}/mcp/`, null).send({ method: "GET" });
    expect(challenge.status).toBe(401);
    expect(challenge.headers.get("www-authenticate")).toContain("resource_metadata");
  });
});

describe("a body", () => {
  const tooLong = JSON.stringify({ ...INITIALIZE, padding: "x".repeat(1024 * 1024) });

  it("over the limit is refused, whether or not it says so beforehand", async () => {
    // Several times over, so that a connection closed too early would lose an answer now and then.
    for (const body of [tooLong, ...Array(5).fill(tooLong.repeat(4))]) {
      expect((await wire.ask({ body })).status).toBe(413);
    }
    const chunked = await fetch(`${instance.url}/mcp`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: new Blob([tooLong]).stream(),
      duplex: "half",
    } as RequestInit);
    expect(chunked.status).toBe(413);
  });

  it("of another media type is refused, also where that type only looks like JSON", async () => {
    for (const media_type of [
      "text/plain",
      "application/jsonp",
      "multipart/form-data; boundary=application/json",
    ]) {
      const { status } = await wire.ask({
        body: JSON.stringify(INITIALIZE),
        headers: { "content-type": media_type },
      });
      expect(status, media_type).toBe(415);
    }
    const { status } = await wire.ask({
      body: JSON.stringify(INITIALIZE),
      headers: { "content-type": "Application/JSON; charset=utf-8" },
    });
    expect(status).toBe(200);
  });

  it.each([
    ["isn't JSON", "{"],
    ["is empty", ""],
    ["isn't UTF-8", new Blob([new Uint8Array([0x22, 0xc3, 0x28, 0x22])])],
  ])("that %s is a parse error", async (_what, body) => {
    const { status, message } = await wire.ask({ body });
    expect(status).toBe(400);
    expect(message).toMatchObject({ jsonrpc: "2.0", id: null, error: { code: -32700 } });
  });

  it.each(["null", "5", '"text"', "[]", "[[]]", "{}", `${"[".repeat(100_000)}${"]".repeat(100_000)}`])(
    "that is no message is refused as such: %.20s",
    async (body) => {
      const { status, message } = await wire.ask({ body });
      expect(status).toBe(400);
      expect(message.error?.code).toBeOneOf([-32600, -32000, -32700]);
    },
  );

  it("nested a hundred thousand deep gets an ordinary refusal", async () => {
    const nested = `${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}`;
    const body = `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","arguments":${nested}}}`;
    const { message } = await legacy.ask({ body });
    expect(message.result).toMatchObject({ structuredContent: { error: { code: "invalid_input" } } });
  });
});

it.each(["PUT", "PATCH"])("MCP has no %s", async (method) => {
  const { status, headers } = await wire.ask({ method, body: INITIALIZE });
  expect(status).toBe(405);
  expect(headers.get("allow")).toBe("GET, POST, DELETE");
});

describe("the 2025 lane", () => {
  it("refuses what comes without a protocol session and doesn't begin one", async () => {
    for (const body of [
      { jsonrpc: "2.0", id: 1, method: "tools/list" },
      { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } },
      [{ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami" } }],
      { jsonrpc: "2.0", method: "notifications/initialized" },
    ]) {
      const { status, headers } = await wire.ask({ body });
      expect(status).toBe(400);
      expect(headers.get("mcp-session-id")).toBeNull();
    }
  });

  it("answers 404 for a protocol session that it doesn't know, so that the client begins another", async () => {
    for (const id of ["unknown", crypto.randomUUID(), `${legacy.id}x`]) {
      const headers = { "mcp-session-id": id };
      const body = { jsonrpc: "2.0", id: 1, method: "ping" };
      expect((await wire.ask({ body, headers })).status).toBe(404);
      expect((await wire.ask({ method: "GET", headers })).status).toBe(404);
      expect((await wire.ask({ method: "DELETE", headers })).status).toBe(404);
    }
  });

  it("knows a protocol session only under the token of the session that began it", async () => {
    const mcpUrl = `${instance.url}/mcp`;
    const other = await signIn({ mcpUrl, user: "responder2", scope: "devices:read" });
    const stolen = await new Wire(mcpUrl, other.access_token).ask({
      body: { jsonrpc: "2.0", id: 1, method: "tools/list" },
      headers: { "mcp-session-id": legacy.id },
    });
    expect(stolen.status).toBe(404);
  });

  it("ends a protocol session that its client deletes, and no other", async () => {
    const [gone, stays] = [await wire.initialize(), await wire.initialize()];
    expect((await gone.ask({ method: "DELETE" })).status).toBe(200);
    expect((await gone.request("ping")).status).toBe(404);
    expect((await stays.request("ping")).message.result).toEqual({});
  });

  it("gives a client that comes back for its stream a new one at once", async () => {
    const session = await wire.initialize();
    const streams: Response[] = [];
    for (let i = 0; i < 3; i += 1) streams.push(await session.send({ method: "GET" }));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    // The older ones have ended; the newest goes on.
    for (const older of streams.slice(0, 2)) expect(await older.text()).toBe("");
    await streams[2]?.body?.cancel();
  });

  it("refuses a batch in which one call isn't one, by that call's id and with our own error", async () => {
    const { message } = await legacy.ask({
      body: [
        { jsonrpc: "2.0", id: "a", method: "ping" },
        { jsonrpc: "2.0", id: "b", method: "tools/call", params: { name: "whoami", arguments: "{}" } },
      ],
    });
    expect(message).toMatchObject({
      id: "b",
      error: { code: -32602, data: { error: { kind: "invalid_request", code: "invalid_input" } } },
    });
  });

  it("answers a batch, each request by its id", async () => {
    const { messages } = await legacy.ask({
      body: [
        { jsonrpc: "2.0", id: "a", method: "tools/call", params: { name: "whoami" } },
        { jsonrpc: "2.0", id: "b", method: "ping" },
        { jsonrpc: "2.0", id: "c", method: "tools/call", params: { name: "get_device", arguments: {} } },
      ],
    });
    const byId = Object.fromEntries(messages.map(({ id, result }) => [id, result]));
    expect(byId).toMatchObject({
      a: { structuredContent: { status: "ok" } },
      b: {},
      c: { isError: true, structuredContent: { error: { code: "invalid_input" } } },
    });
  });

  it("doesn't know a method that nobody declared", async () => {
    expect((await legacy.request("nothing/known")).message.error?.code).toBe(-32601);
  });
});

describe("the 2026 lane", () => {
  it.each([
    ["another tool", { "mcp-name": "get_device" }],
    ["another method", { "mcp-method": "tools/list" }],
    ["another revision", { "mcp-protocol-version": "2025-11-25" }],
  ])("refuses headers that say %s than the body", async (_what, headers) => {
    const { status, message } = await wire.modern(
      "tools/call",
      { name: "contain_device", arguments: {} },
      headers,
    );
    expect(status).toBe(400);
    expect(message.error?.code).toBe(-32020);
  });

  it("refuses an envelope without the headers that belong to it", async () => {
    const body = { jsonrpc: "2.0", id: 1, method: "tools/list", params: { _meta: ENVELOPE } };
    const { status, message } = await wire.ask({ body });
    expect(status).toBe(400);
    expect(message.error?.code).toBe(-32020);
  });

  it("has no batches", async () => {
    const call = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "whoami", _meta: ENVELOPE } };
    const headers = { "mcp-protocol-version": "2026-07-28", "mcp-method": "tools/call" };
    const { status, message } = await wire.ask({ body: [call, call], headers });
    expect(status).toBe(400);
    expect(message.error?.code).toBe(-32600);
  });

  it("doesn't know a method that nobody declared", async () => {
    const { status, message } = await wire.modern("nothing/known");
    expect(status).toBe(404);
    expect(message.error?.code).toBe(-32601);
  });

  it("says how long a list of tools holds, and that it is this caller's own", async () => {
    expect((await wire.modern("tools/list")).message.result).toMatchObject({
      resultType: "complete",
      ttlMs: expect.any(Number),
      cacheScope: "private",
    });
  });
});

describe.each([
  [
    "the 2025 lane",
    (name: unknown, args: unknown) => legacy.request("tools/call", { name, arguments: args }),
  ],
  ["the 2026 lane", (name: unknown, args: unknown) => wire.modern("tools/call", { name, arguments: args })],
])("a call that is none, on %s", (lane, call: (name: unknown, args: unknown) => Promise<Reply>) => {
  it("for an unknown tool is a protocol error with ours as its data, and audited", async () => {
    const name = `nobody_s_tool_${lane.replaceAll(" ", "_")}`;
    const { message } = await call(name, {});
    expect(message.error).toMatchObject({
      code: -32602,
      message: `There is no tool called "${name}" here.`,
      data: {
        status: "error",
        error: {
          kind: "invalid_request",
          code: "unknown_tool",
          retryable: false,
          next_step: expect.any(String),
        },
        audit_id: AUDITED,
      },
    });
    expect(await auditOf(name)).toMatchObject([
      { outcome: "error", error_code: "unknown_tool", event_id: message.error?.data?.audit_id },
    ]);
  });

  it.each([
    ["text, as a model writes that encodes twice", '{"device_id":"x"}'],
    ["a list", ["x"]],
  ])("with arguments that are %s says so in our own words, and is audited", async (_what, args) => {
    const { status, message } = await call("get_device", args);
    expect(status).toBe(200);
    expect(message).toMatchObject({
      id: 1,
      error: {
        code: -32602,
        data: {
          status: "error",
          error: {
            kind: "invalid_request",
            code: "invalid_input",
            issues: [{ path: "", expected: "object" }],
          },
          audit_id: AUDITED,
        },
      },
    });
    const { audit_id } = message.error?.data ?? {};
    const events = "SELECT error_code FROM audit_events WHERE event_id = ?";
    await expect
      .poll(() => instance.sql(events, String(audit_id)))
      .toEqual([{ error_code: "invalid_input" }]);
  });

  it("whose arguments are null has none", async () => {
    const { message } = await call("whoami", null);
    expect(message.result?.structuredContent).toMatchObject({ status: "ok" });
  });

  it("with an argument that every object seems to have is refused like any unknown field", async () => {
    for (const name of ["__proto__", "constructor", "toString"]) {
      const args = JSON.parse(`{"device_id":"${"1".repeat(32)}","${name}":{"limit":1}}`) as unknown;
      const { message } = await call("get_device", args);
      // The SDKs drop the first of them, so that it is refused before them, as a call that is none.
      expect(message.result?.structuredContent ?? message.error?.data, name).toMatchObject({
        error: { code: "invalid_input", issues: [{ path: name }] },
        audit_id: AUDITED,
      });
    }
  });

  it("without a tool's name is a call of an unknown tool", async () => {
    const { message } = await call(undefined, {});
    expect(message.error).toMatchObject({ code: -32602, data: { error: { code: "unknown_tool" } } });
  });
});
