import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Requester } from "../../src/effect/machine/operation.ts";
import { CALLER_HEADER } from "../../src/session/caller.ts";
import { effectName } from "../../src/toolkit/operation-id.ts";
import { ALL, agentOf, call } from "../support/worker/agent.ts";
import { calls } from "../support/worker/chain.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "test", version: "1" } },
};

let devices: string[] = [];

beforeAll(async () => {
  devices = await lab.devices();
});
afterEach(() => lab.clear());

function sessionOf({ session_id }: Requester) {
  return env.SESSION.getByName(session_id);
}

/** What the headers of a 2026-07-28 request repeat of its body. */
interface Modern {
  readonly method: string;
  readonly name: string;
}

/** A request as the Worker hands it on: with who is calling, and without a token. */
function handedOn(
  { session_id, client_id }: Requester,
  init: { body?: BodyInit; method?: string; id?: string; scopes?: readonly string[]; modern?: Modern },
): Request {
  const { body, method = "POST", id, scopes = ALL, modern } = init;
  return new Request(`${env.PUBLIC_URL}/mcp`, {
    method,
    headers: {
      host: new URL(env.PUBLIC_URL).host,
      accept: "application/json, text/event-stream",
      "content-type": "application/json",
      [CALLER_HEADER]: JSON.stringify({ session_id, grant_id: "grant", client_id, scopes }),
      ...(id === undefined ? {} : { "mcp-session-id": id }),
      ...(modern === undefined
        ? {}
        : {
            "mcp-protocol-version": "2026-07-28",
            "mcp-method": modern.method,
            "mcp-name": modern.name,
          }),
    },
    ...(body === undefined ? {} : { body }),
  });
}

async function initialize(requester: Requester): Promise<string> {
  const answer = await sessionOf(requester).fetch(handedOn(requester, { body: JSON.stringify(INITIALIZE) }));
  await answer.text();
  return answer.headers.get("mcp-session-id") ?? "";
}

/** The status of an answer to a ping in a protocol session. */
async function ping(requester: Requester, id: string): Promise<number> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "ping" });
  const answer = await sessionOf(requester).fetch(handedOn(requester, { body, id }));
  await answer.text();
  return answer.status;
}

describe("a protocol session of the 2025 era", () => {
  it("outlives the object in memory, also for requests that come at once", async () => {
    const requester = await signedIn("evicted", "responder");
    const id = await initialize(requester);
    await evictDurableObject(sessionOf(requester));
    expect(await Promise.all([ping(requester, id), ping(requester, id), ping(requester, id)])).toEqual([
      200, 200, 200,
    ]);
    const stream = await sessionOf(requester).fetch(handedOn(requester, { method: "GET", id }));
    expect(stream.status).toBe(200);
    await stream.body?.cancel();
  });

  it("is taken up once, by however many: of two streams that come at once, the newer takes the older's place", async () => {
    const requester = await signedIn("taken-up", "responder");
    const id = await initialize(requester);
    await evictDurableObject(sessionOf(requester));
    const listen = () => sessionOf(requester).fetch(handedOn(requester, { method: "GET", id }));
    const streams = await Promise.all([listen(), listen()]);
    expect(streams.map(({ status }) => status)).toEqual([200, 200]);
    const ended = await Promise.race(streams.map(async (stream, nth) => [nth, await stream.text()]));
    expect(ended).toEqual([0, ""]);
    await env.PERSON.getByName(requester.person).revoke("all", "admin@acme.test");
  });

  it("isn't begun by anything but initialize", async () => {
    const requester = await signedIn("no-session", "responder");
    for (const message of [
      { jsonrpc: "2.0", id: 1, method: "tools/list" },
      { jsonrpc: "2.0", id: 1, method: "initialize" },
      [INITIALIZE, { jsonrpc: "2.0", id: 1, method: "ping" }],
    ]) {
      const body = JSON.stringify(message);
      expect((await sessionOf(requester).fetch(handedOn(requester, { body }))).status).toBe(400);
    }
    expect(await protocolSessions(requester)).toEqual([]);
  });

  it("makes room for newer ones when it is the one that was unused for longest", async () => {
    const requester = await signedIn("many-sessions", "responder");
    const [unused = "", used = ""] = [await initialize(requester), await initialize(requester)];
    const hour_ms = 3_600_000;
    await runInDurableObject(sessionOf(requester), (_object, { storage: { sql } }) => {
      sql.exec("UPDATE protocol_sessions SET used_at = used_at - ? WHERE id = ?", hour_ms, unused);
      sql.exec("UPDATE protocol_sessions SET used_at = used_at - ? WHERE id = ?", 2 * hour_ms, used);
    });
    expect(await ping(requester, used)).toBe(200);
    for (let i = 0; i < 49; i += 1) await initialize(requester);
    expect(await ping(requester, unused)).toBe(404);
    expect(await ping(requester, used)).toBe(200);
    expect(await protocolSessions(requester)).toHaveLength(50);
  });

  function protocolSessions(requester: Requester): Promise<unknown[]> {
    return runInDurableObject(sessionOf(requester), (_object, { storage }) =>
      storage.sql.exec("SELECT id FROM protocol_sessions").toArray(),
    );
  }
});

describe("a session that ends while a request is on its way in", () => {
  /** Sends the first half of a body, lets `meanwhile` happen, and then sends the rest. */
  async function interrupted(
    requester: Requester,
    message: object,
    init: { scopes?: readonly string[]; modern?: Modern },
    meanwhile: () => Promise<unknown>,
  ): Promise<Response> {
    const bytes = new TextEncoder().encode(JSON.stringify(message));
    const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
    const answer = sessionOf(requester).fetch(handedOn(requester, { body: readable, ...init }));
    const writer = writable.getWriter();
    await writer.write(bytes.slice(0, 10));
    await meanwhile();
    await writer.write(bytes.slice(10));
    await writer.close();
    return answer;
  }

  it("does nothing more for it", async () => {
    const requester = await signedIn("ends-meanwhile", "responder");
    const end = () => env.PERSON.getByName(requester.person).revoke("all", "admin@acme.test");
    const answer = await interrupted(requester, INITIALIZE, {}, end);
    expect(answer.status).toBe(401);
  });

  it("tells a call of the 2026 lane so, though its token would have had to step up", async () => {
    const requester = await signedIn("ends-meanwhile-2", "responder");
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    const params = { name: "contain_device", arguments: {}, _meta };
    const message = { jsonrpc: "2.0", id: 1, method: "tools/call", params };
    const end = () => env.PERSON.getByName(requester.person).revoke("all", "admin@acme.test");
    const init = { modern: { method: "tools/call", name: "contain_device" }, scopes: ["devices:read"] };
    const answer = await interrupted(requester, message, init, end);
    expect(await answer.json()).toMatchObject({
      result: { isError: true, structuredContent: { error: { code: "session_revoked" } } },
    });
  });
});

describe("an effect object that dies in the middle of a change", () => {
  it("leaves the caller in doubt about it, and not with a fault of ours", async () => {
    const requester = await signedIn("dying-effect", "responder");
    const agent = await agentOf(requester);
    const device_id = devices.pop() ?? "";
    const effect = env.EFFECT.getByName(effectName(env.TENANT, { kind: "device", id: device_id }));
    await lab.fault({ operation: "PerformActionV2", mode: "slow", delay_ms: 600_000, times: 1 });
    const answer = call(agent, "contain_device", { device_id, reason: "Test of a lost object" });
    await lab.fired(1);
    await runInDurableObject(effect, (_object, state) => state.abort("as an update would")).catch(
      () => undefined,
    );
    expect(await answer).toMatchObject({
      status: "error",
      error: { kind: "in_doubt", code: "outcome_unknown", retryable: false },
      operation: { id: expect.stringMatching(/^op_/) },
    });
  });
});

describe("an authenticated request that is refused before the path", () => {
  const META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const params = { name: "whoami", arguments: {} };
  const legacy = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/call", params });
  const body = JSON.stringify({ ...JSON.parse(legacy), params: { ...params, _meta: META } });
  const whoami = { method: "tools/call", name: "whoami" };

  it("because its header and its body disagree leaves one event", async () => {
    const requester = await signedIn("disagreeing", "viewer");
    const modern = { method: "tools/call", name: "get_device" };
    const log = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    const answer = await sessionOf(requester).fetch(handedOn(requester, { body, modern }));
    const told = log.mock.calls
      .map(([line]) => String(line))
      .find((line) => line.includes("client_mixes_eras"));
    log.mockRestore();
    expect(JSON.parse(told ?? "{}")).toMatchObject({
      client_id: requester.client_id,
      client_name: "Test client",
    });
    expect([answer.status, (await answer.json<{ error: { code: number } }>()).error.code]).toEqual([
      400, -32020,
    ]);
    expect(await calls(requester)).toMatchObject([
      {
        tool: "whoami",
        decision: "fail",
        error_kind: "invalid_request",
        subject: requester.subject,
        session_id: requester.session_id,
        detail: { method: "tools/call", http_status: 400, rpc_code: -32020 },
      },
    ]);
  });

  it.each<[string, Parameters<typeof handedOn>[1], number]>([
    ["for its body", { body: "{" }, 400],
    ["for its method", { method: "PUT" }, 405],
    ["for the protocol session that it doesn't name", { body: legacy }, 400],
    ["for a protocol session that isn't there", { body: legacy, id: "made-up" }, 404],
  ])("%s leaves one event", async (how, init, status) => {
    const requester = await signedIn(`refused ${how}`, "viewer");
    const answer = await sessionOf(requester).fetch(handedOn(requester, init));
    expect(answer.status).toBe(status);
    expect(await calls(requester)).toMatchObject([{ detail: { http_status: status } }]);
  });

  it.each([["x"], [{ progressToken: {} }]])("for its _meta, %j, leaves one event", async (_meta) => {
    const requester = await signedIn(`refused for ${JSON.stringify(_meta)}`, "viewer");
    const id = await initialize(requester);
    const message = { ...JSON.parse(legacy), params: { ...params, _meta } };
    const answer = await sessionOf(requester).fetch(
      handedOn(requester, { body: JSON.stringify(message), id }),
    );
    expect(answer.status).toBe(400);
    expect(await calls(requester)).toMatchObject([{ tool: "whoami", error_kind: "invalid_request" }]);
  });

  it("leaves none besides its call's where the path was walked", async () => {
    const requester = await signedIn("agreeing", "viewer");
    const answer = await sessionOf(requester).fetch(handedOn(requester, { body, modern: whoami }));
    await answer.text();
    expect(await calls(requester)).toMatchObject([{ tool: "whoami", decision: "allow" }]);
  });
});
