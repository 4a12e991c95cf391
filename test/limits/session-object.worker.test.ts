import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Requester } from "../../src/effect/machine/operation.ts";
import { CALLER_HEADER } from "../../src/session/caller.ts";
import { SessionObject } from "../../src/session/session-object.ts";
import { catalogue } from "../support/deployed.ts";
import { signedIn } from "../support/worker/people.ts";

const MINUTE_MS = 60_000;
/** Ten requests at once, one each second after that. */
const SLOW = { LIMIT_SESSION_PER_MINUTE: "60" };

afterEach(() => {
  vi.useRealTimers();
});

interface Event {
  readonly event_id: string;
  readonly type: string;
  readonly subject: string | null;
  readonly session_id: string | null;
  readonly error_code: string | null;
  readonly detail?: Record<string, unknown>;
}

/** What came of a call, and what of its HTTP answer matters here. */
interface Came {
  readonly http: number;
  readonly retry_after: string | null;
  readonly status: string;
  readonly code: string | undefined;
  readonly retry_after_ms: number;
  readonly audit_id: string | null;
}

/** A session under limits of its own. */
class Limited {
  readonly #requester: Requester;
  readonly #object: SessionObject;
  readonly #sql: SqlStorage;

  constructor(requester: Requester, object: SessionObject, sql: SqlStorage) {
    this.#requester = requester;
    this.#object = object;
    this.#sql = sql;
  }

  /** One request of the 2026 lane. */
  async ask(
    method: string,
    params: Record<string, unknown> = {},
    scopes = ["devices:read"],
    named: unknown = params.name,
  ): Promise<Response> {
    const { session_id, client_id } = this.#requester;
    const _meta = {
      "io.modelcontextprotocol/protocolVersion": "2026-07-28",
      "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
      "io.modelcontextprotocol/clientCapabilities": {},
    };
    return this.#object.fetch(
      new Request(`${env.PUBLIC_URL}/mcp`, {
        method: "POST",
        headers: {
          host: new URL(env.PUBLIC_URL).host,
          accept: "application/json, text/event-stream",
          "content-type": "application/json",
          "mcp-protocol-version": "2026-07-28",
          "mcp-method": method,
          ...(typeof named === "string" ? { "mcp-name": named } : {}),
          [CALLER_HEADER]: JSON.stringify({ session_id, grant_id: "grant", client_id, scopes }),
        },
        body: JSON.stringify({ jsonrpc: "2.0", id: 1, method, params: { ...params, _meta } }),
      }),
    );
  }

  async call(name = "whoami", scopes?: string[]): Promise<Came> {
    const answer = await this.ask("tools/call", { name, arguments: {} }, scopes);
    const { result, error } = (await answer.json()) as {
      result?: Told;
      error?: { data: Told["structuredContent"] };
    };
    const told = result?.structuredContent ?? error?.data;
    return {
      http: answer.status,
      retry_after: answer.headers.get("retry-after"),
      status: told?.status ?? "",
      code: told?.error?.code,
      retry_after_ms: told?.error?.retry_after_ms ?? 0,
      audit_id: told?.audit_id ?? null,
    };
  }

  /** Calls, one after another. */
  async calls(times: number): Promise<Came[]> {
    const all: Came[] = [];
    for (let nth = 0; nth < times; nth += 1) all.push(await this.call());
    return all;
  }

  alarm(): Promise<void> {
    return this.#object.alarm();
  }

  /** The session's events about calls and refusals that the object still holds. */
  events(): Event[] {
    return this.#sql
      .exec<{ event: string }>("SELECT event FROM audit_outbox ORDER BY seq")
      .toArray()
      .map(({ event }) => JSON.parse(event) as Event)
      .filter(({ type }) => type !== "session");
  }
}

interface Told {
  readonly structuredContent: {
    readonly status: string;
    readonly audit_id: string | null;
    readonly error?: { readonly code: string; readonly retry_after_ms?: number };
  };
}

/** Runs `work` with a person's session as an instance with these limits would hold it. Time stands still. */
async function limited(
  requester: Requester,
  limits: Partial<Record<keyof Env, string>>,
  work: (session: Limited) => Promise<void>,
): Promise<void> {
  await runInDurableObject(env.SESSION.getByName(requester.session_id), async (_object, state) => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() });
    const object = new SessionObject(state, { ...env, ...limits } as Env, catalogue);
    await work(new Limited(requester, object, state.storage.sql));
  });
}

const advance = (ms: number) => vi.setSystemTime(Date.now() + ms);

describe("a session over its limit", () => {
  it("is refused with the time to wait, and goes on after exactly that time", async () => {
    await limited(await signedIn("limited-1", "responder"), SLOW, async (session) => {
      for (const { status } of await session.calls(10)) expect(status).toBe("ok");
      const refused = await session.call();
      expect(refused).toMatchObject({
        http: 200,
        status: "error",
        code: "rate_limited",
        retry_after_ms: 1_000,
      });
      advance(refused.retry_after_ms - 1);
      expect(await session.call()).toMatchObject({ code: "rate_limited", retry_after_ms: 1 });
      advance(1);
      expect(await session.call()).toMatchObject({ status: "ok" });
    });
  });

  it("is refused before scope and schema: an unknown tool and a missing scope learn nothing else", async () => {
    await limited(await signedIn("limited-2", "responder"), SLOW, async (session) => {
      await session.calls(10);
      expect(await session.call("no_such_tool")).toMatchObject({ code: "rate_limited" });
      expect(await session.call("contain_device")).toMatchObject({
        http: 429,
        retry_after: "1",
        code: "rate_limited",
      });
    });
  });

  it("gets 429 for other requests, but ping is free", async () => {
    await limited(await signedIn("limited-3", "responder"), SLOW, async (session) => {
      for (let nth = 0; nth < 10; nth += 1) expect((await session.ask("tools/list")).status).toBe(200);
      for (let nth = 0; nth < 20; nth += 1) await session.ask("ping");
      const refused = await session.ask("tools/list");
      expect(refused.status).toBe(429);
      expect(refused.headers.get("retry-after")).toBe("1");
      expect(await refused.json()).toMatchObject({
        id: 1,
        error: {
          data: { status: "error", error: { kind: "transient", code: "rate_limited", retryable: true } },
        },
      });
    });
  });

  it("fills the audit with two events a minute, however many calls are refused, and none goes uncounted", async () => {
    const requester = await signedIn("limited-4", "responder");
    await limited(requester, SLOW, async (session) => {
      await session.calls(10);
      const refused = await session.calls(200);
      const [first] = session.events().slice(10);
      expect(session.events()).toHaveLength(11);
      expect(first).toMatchObject({ type: "call", error_code: "rate_limited", subject: requester.subject });
      // Whoever was refused can be told by which event that is accounted for.
      expect(new Set(refused.map(({ audit_id }) => audit_id))).toEqual(new Set([first?.event_id]));

      advance(MINUTE_MS);
      await session.alarm();
      const events = session.events();
      expect(events).toHaveLength(12);
      expect(events[11]).toMatchObject({
        type: "refused_calls",
        error_code: "rate_limited",
        subject: requester.subject,
        session_id: requester.session_id,
        detail: { limit: "session", more: 199, first_event: first?.event_id },
      });
      await session.calls(11);
      expect(session.events()).toHaveLength(12 + 11);
    });
  });

  it("doesn't lose count when the object is taken from memory", async () => {
    const requester = await signedIn("limited-5", "responder");
    await limited(requester, SLOW, async (session) => {
      await session.calls(10 + 5);
    });
    await limited(requester, SLOW, async (session) => {
      advance(MINUTE_MS);
      await session.alarm();
      expect(session.events().at(-1)).toMatchObject({ type: "refused_calls", detail: { more: 4 } });
    });
  });

  it("fills the audit no faster with requests whose header and body disagree", async () => {
    await limited(await signedIn("limited-7", "responder"), SLOW, async (session) => {
      for (let nth = 0; nth < 40; nth += 1) {
        const answer = await session.ask("tools/call", { name: "whoami", arguments: {} }, [], "get_device");
        expect(answer.status).toBe(400);
      }
      expect(session.events()).toHaveLength(11);
      expect(session.events().at(-1)).toMatchObject({ detail: { limit: "session", rpc_code: -32020 } });
    });
  });

  it("is bounded though it was ended: its calls don't fill the audit either", async () => {
    const requester = await signedIn("limited-6", "responder");
    await env.PERSON.getByName(requester.person).revoke("all", "admin@acme.test");
    await limited(requester, SLOW, async (session) => {
      for (const { code } of await session.calls(10)) expect(code).toBe("session_revoked");
      for (const { code } of await session.calls(30)) expect(code).toBe("rate_limited");
      expect(session.events()).toHaveLength(11);
    });
  });
});

describe("a session at its cap of calls in flight", () => {
  it("refuses what comes on top, and lets calls in again as others end", async () => {
    await limited(
      await signedIn("crowded", "responder"),
      { LIMIT_SESSION_IN_FLIGHT: "3" },
      async (session) => {
        const came = await Promise.all(Array.from({ length: 8 }, () => session.call()));
        const refused = came.filter(({ code }) => code === "rate_limited");
        expect(refused).toHaveLength(5);
        expect(came.filter(({ status }) => status === "ok")).toHaveLength(3);
        expect(await session.call()).toMatchObject({ status: "ok" });
      },
    );
  });
});

describe("one person with several sessions", () => {
  it("gets no more out of them together than the person's limit and a lease for each", async () => {
    const sessions = [
      await signedIn("busy", "responder", "client-a"),
      await signedIn("busy", "responder", "client-b"),
      await signedIn("busy", "responder", "client-c"),
    ];
    const burst = (Number(env.LIMIT_PERSON_PER_MINUTE) * 10) / 60;
    let answered = 0;
    for (const requester of sessions) {
      // A lease is a tenth of the burst of the limits that the session was made with: two tokens here.
      await limited(requester, { LIMIT_PERSON_PER_MINUTE: "120" }, async (session) => {
        // As if the person's other sessions had spent it.
        await env.PERSON.getByName(requester.person).grantCalls(burst);
        const came = await session.calls(20);
        answered += came.filter(({ status }) => status === "ok").length;
        expect(came.at(-1)).toMatchObject({ status: "error", code: "rate_limited", retry_after_ms: 1 });
      });
    }
    expect(answered).toBeLessThanOrEqual(3 * 2);
  });
});
