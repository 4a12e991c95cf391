import { env } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { beforeAll, describe, expect, it } from "vitest";
import type { Requester } from "../../src/effect/machine/operation.ts";
import type { Result } from "../../src/path/answer.ts";
import { CALLER_HEADER } from "../../src/session/caller.ts";
import { ALL } from "../support/worker/agent.ts";
import { calls } from "../support/worker/chain.ts";
import { lab } from "../support/worker/lab.ts";
import { signedIn } from "../support/worker/people.ts";

const why = { reason: "Test of what a person is asked" };
let devices: string[] = [];

beforeAll(async () => {
  devices = await lab.devices();
});

type Elicitation = { url?: Record<string, never>; form?: Record<string, never> };
type Asked = { mode?: string; url?: string; message: string };

/** A client of either era that declares what its person can be asked, and answers with `answer`. */
async function client(
  requester: Requester,
  era: "modern" | "legacy",
  elicitation: Elicitation | null,
  answer: (asked: Asked) => Record<string, unknown> = () => ({ action: "accept" }),
): Promise<{ call: (args: object) => Promise<Result>; asked: Asked[]; bodies: string[] }> {
  const { session_id, client_id } = requester;
  const asked: Asked[] = [];
  const bodies: string[] = [];
  const made = new Client(
    { name: "test", version: "1" },
    {
      capabilities: elicitation === null ? {} : { elicitation },
      versionNegotiation: { mode: era === "modern" ? { pin: "2026-07-28" } : "legacy" },
    },
  );
  if (elicitation !== null) {
    made.setRequestHandler("elicitation/create", ({ params }) => {
      asked.push(params as Asked);
      return answer(params as Asked) as never;
    });
  }
  const transport = new StreamableHTTPClientTransport(new URL(`${env.PUBLIC_URL}/mcp`), {
    fetch: (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("host", new URL(env.PUBLIC_URL).host);
      headers.set(CALLER_HEADER, JSON.stringify({ session_id, grant_id: "grant", client_id, scopes: ALL }));
      if (typeof init?.body === "string") bodies.push(init.body);
      return env.SESSION.getByName(session_id).fetch(new Request(url, { ...init, headers }));
    },
  });
  await made.connect(transport);
  const call = async (args: object) => {
    const { structuredContent } = await made.callTool({ name: "contain_device", arguments: { ...args } });
    return structuredContent as unknown as Result;
  };
  return { call, asked, bodies };
}

const device = () => ({ device_id: devices.pop() ?? "", ...why });

describe("a change that another person has to approve", () => {
  it("has a 2026 client that can open pages open the page, and accepting that is no approval", async () => {
    const { call, asked } = await client(await signedIn("human-1", "analyst"), "modern", { url: {} });
    const args = device();
    const result = await call(args);
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toMatch(/\/console\/approvals\/op_/);
    expect(result).toMatchObject({ status: "pending_approval", operation: { state: "awaiting_approval" } });
    expect(await lab.effects(args.device_id)).toHaveLength(0);
  });

  it("gives every other client the plain result, in both eras", async () => {
    for (const era of ["modern", "legacy"] as const) {
      for (const elicitation of [null, { form: {} }]) {
        const requester = await signedIn(`human-${era}-${elicitation === null}`, "analyst");
        const { call, asked } = await client(requester, era, elicitation);
        expect(await call(device())).toMatchObject({ status: "pending_approval" });
        expect(asked).toEqual([]);
      }
    }
  });

  it("is error -32042 with the page for a 2025 client that declares it, and the plain result after that", async () => {
    const { call } = await client(await signedIn("human-2", "analyst"), "legacy", { url: {}, form: {} });
    const args = device();
    await expect(call(args)).rejects.toMatchObject({ code: -32042 });
    expect(await call(args)).toMatchObject({ status: "pending_approval" });
  });
});

describe("a request state", () => {
  async function state(name: string) {
    const requester = await signedIn(name, "analyst");
    const args = device();
    const made = await client(requester, "modern", { url: {} });
    await made.call(args);
    const resumed = made.bodies.map((body) => JSON.parse(body)).find(({ params }) => params?.requestState);
    return { requester, args, message: resumed as { params: Record<string, unknown> } };
  }

  async function send(requester: Requester, message: object): Promise<unknown> {
    const { session_id, client_id } = requester;
    const response = await env.SESSION.getByName(session_id).fetch(`${env.PUBLIC_URL}/mcp`, {
      method: "POST",
      headers: {
        host: new URL(env.PUBLIC_URL).host,
        "content-type": "application/json",
        accept: "application/json, text/event-stream",
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "contain_device",
        [CALLER_HEADER]: JSON.stringify({ session_id, grant_id: "grant", client_id, scopes: ALL }),
      },
      body: JSON.stringify(message),
    });
    const { error } = (await response.json()) as { error?: unknown };
    return error;
  }

  /** As the protocol demands, an error of its own and no tool result: nothing was called. */
  const REFUSED = {
    code: -32602,
    data: { status: "error", error: { code: "invalid_input", issues: [{ path: "requestState" }] } },
  };

  it("works once", async () => {
    const { requester, message } = await state("state-1");
    expect(await send(requester, message)).toMatchObject(REFUSED);
  });

  it("that was altered is refused", async () => {
    const { requester, message } = await state("state-2");
    const altered = String(message.params.requestState).replace(/^./, (first) => (first === "A" ? "B" : "A"));
    const params = { ...message.params, requestState: altered };
    expect(await send(requester, { ...message, params })).toMatchObject(REFUSED);
  });

  it("is worth nothing for other arguments", async () => {
    const { requester, message } = await state("state-3");
    const params = { ...message.params, arguments: device() };
    expect(await send(requester, { ...message, params })).toMatchObject(REFUSED);
  });

  it("is worth nothing to another person", async () => {
    const { message } = await state("state-4");
    expect(await send(await signedIn("state-5", "analyst"), message)).toMatchObject(REFUSED);
  });

  it("sent with arguments that have no digest is refused, and audited, like any other", async () => {
    const { requester, message } = await state("state-6");
    const audited = (await calls(requester)).length;
    const params = { ...message.params, arguments: { device_id: "\ud800", ...why } };
    expect(await send(requester, { ...message, params })).toMatchObject(REFUSED);
    expect(await calls(requester)).toHaveLength(audited + 1);
  });
});

describe("a change that its own person has to confirm", () => {
  /** A tenant whose policy asks responders for their own word; the effect object is told as the gate would. */
  async function confirming(era: "modern" | "legacy", yes: boolean) {
    const requester = await signedIn(`confirm-${era}-${yes}`, "responder");
    const made = await client(requester, era, { form: {} }, () => ({
      action: "accept",
      content: { confirm: yes },
    }));
    return { ...made, requester };
  }

  const CONFIRMING = JSON.stringify({
    version: "confirm-1",
    rules: [{ when: { roles: ["responder"] }, decision: "confirmation", because: "be sure" }],
  });

  for (const era of ["modern", "legacy"] as const) {
    it(`goes ahead on a clear yes, and not on a no (${era})`, async () => {
      const before = env.GATE_POLICY;
      env.GATE_POLICY = CONFIRMING;
      try {
        const said_yes = await confirming(era, true);
        const args = device();
        expect(await said_yes.call(args)).toMatchObject({
          status: "ok",
          data: { device_id: args.device_id },
        });
        expect(said_yes.asked).toHaveLength(1);
        expect(await lab.effects(args.device_id)).toHaveLength(1);

        const said_no = await confirming(era, false);
        const other = device();
        expect(await said_no.call(other)).toMatchObject({ error: { code: "approval_denied" } });
        expect(await lab.effects(other.device_id)).toHaveLength(0);
      } finally {
        env.GATE_POLICY = before;
      }
    });
  }
});
