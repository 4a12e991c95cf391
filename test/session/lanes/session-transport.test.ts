import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { describe, expect, it } from "vitest";
import { type ProtocolSession, SessionTransport } from "../../../src/session/lanes/session-transport.ts";

const ID = "2d5f5a0e-7a3c-4e0e-9c9a-1f0a5a8d9b11";
const PARAMS = {
  protocolVersion: "2025-11-25",
  capabilities: { elicitation: { form: {} } },
  clientInfo: { name: "test", version: "1" },
};

/** A transport with its server, and what it asked to be kept. */
async function connected() {
  const kept: ProtocolSession[] = [];
  const server = new Server({ name: "test", version: "1" }, { capabilities: {} });
  const transport = new SessionTransport(ID, {
    begun: (session) => kept.push(session),
    ended: () => kept.splice(0),
  });
  await server.connect(transport);
  const send = async (message: object) => {
    const headers = {
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      "mcp-session-id": ID,
    };
    const request = new Request("http://localhost/mcp", { method: "POST", headers });
    const response = await transport.handleRequest(request, { parsedBody: message });
    return { status: response.status, text: await response.text() };
  };
  return { kept, server, transport, send };
}

const ping = { jsonrpc: "2.0", id: "resume", method: "ping" };
const initialize = { jsonrpc: "2.0", id: 0, method: "initialize", params: PARAMS };

describe("a protocol session", () => {
  it("is kept with what its client said of itself", async () => {
    const { kept, send } = await connected();
    expect(await send(initialize)).toMatchObject({ status: 200 });
    expect(kept).toEqual([{ sessionId: ID, initialized: true, initializeParams: PARAMS }]);
  });

  it("is taken up again without being kept again, and knows what its client can do", async () => {
    const { kept, server, transport, send } = await connected();
    expect(await transport.resume({ sessionId: ID, initialized: true, initializeParams: PARAMS })).toBe(true);
    expect(await send(ping)).toMatchObject({ status: 200 });
    expect(server.getClientCapabilities()).toEqual(PARAMS.capabilities);
    expect(server.getClientVersion()).toEqual(PARAMS.clientInfo);
    expect(kept).toEqual([]);
  });

  it("isn't begun a second time by a client that comes back", async () => {
    const { transport, send } = await connected();
    await transport.resume({ sessionId: ID, initialized: true, initializeParams: PARAMS });
    expect(await send(initialize)).toMatchObject({ status: 400 });
  });

  it("isn't taken up from something that no client can have begun with", async () => {
    const { transport, send } = await connected();
    expect(await transport.resume({ sessionId: ID, initialized: true })).toBe(false);
    expect(await send(ping)).toMatchObject({ status: 400 });
  });
});
