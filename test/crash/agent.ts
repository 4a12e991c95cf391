import { setTimeout as delay } from "node:timers/promises";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

/** The 1.x SDK's client, or the 2.x SDK's held to the newest revision. */
export type Era = "2025-11-25" | "2026-07-28";

/** A tool's result, as far as these tests read it. */
export interface Answer {
  readonly status: string;
  readonly audit_id: string | null;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly operation?: {
    readonly id: string;
    readonly state: string;
    readonly replayed?: boolean;
    readonly evidence?: string | null;
    readonly still_in_effect?: boolean | "unknown";
  };
  readonly error?: {
    readonly kind: string;
    readonly code: string;
    readonly message: string;
    readonly retry_after_ms?: number;
  };
}

/** An answer that a client really received. */
export interface Acknowledged {
  /** Names the agent: its idempotency keys are its own. */
  readonly agent: string;
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly answer: Answer;
}

/** What an agent needs of the instance that it talks to. */
export interface Line {
  readonly mcpUrl: string;
  /** The access token of the moment. */
  readonly token: () => string;
  /** Aborted when the instance was killed: whatever wasn't answered by then never will be. */
  readonly life: () => AbortSignal;
  readonly acknowledged: (answer: Acknowledged) => void;
}

const INFO = { name: "sallyport-crash-test", version: "1.0.0" };
/** What a client waits that wasn't told how long to. */
const PAUSE_MS = 500;

/** One MCP client of one person. It outlives the instance that it talks to. */
export class Agent {
  readonly name: string;
  readonly #client: ClientV1 | ClientV2;
  readonly #line: Line;

  private constructor(name: string, client: ClientV1 | ClientV2, line: Line) {
    this.name = name;
    this.#client = client;
    this.#line = line;
  }

  /** Connects a client of the given era. @param name unlike any other agent's */
  static async connect(name: string, era: Era, line: Line): Promise<Agent> {
    const url = new URL(line.mcpUrl);
    const authorized = (to: string | URL, init?: RequestInit): Promise<Response> => {
      const headers = new Headers(init?.headers);
      headers.set("authorization", `Bearer ${line.token()}`);
      return fetch(to, { ...init, headers });
    };
    if (era === "2025-11-25") {
      const client = new ClientV1(INFO);
      // The SDK's own transport isn't assignable under exactOptionalPropertyTypes.
      await client.connect(new TransportV1(url, { fetch: authorized }) as Transport);
      return new Agent(name, client, line);
    }
    const client = new ClientV2(INFO, { versionNegotiation: { mode: { pin: era } } });
    await client.connect(new TransportV2(url, { fetch: authorized }));
    return new Agent(name, client, line);
  }

  /** Calls a tool once. @throws when the answer didn't come: nobody knows what it would have been */
  async call(tool: string, args: Readonly<Record<string, unknown>>): Promise<Answer> {
    const answer = await this.#ask(tool, args, this.#line.life());
    this.#line.acknowledged({ agent: this.name, tool, args, answer });
    return answer;
  }

  /**
   * Calls a tool again and again, as a client does that is told to come back, until the answer is neither
   * transient nor in doubt.
   * @throws Error with the last answer when it still is after `within_ms`
   */
  async insist(tool: string, args: Readonly<Record<string, unknown>>, within_ms: number): Promise<Answer> {
    const until = Date.now() + within_ms;
    for (;;) {
      const answer = await this.call(tool, args);
      const { error } = answer;
      if (error === undefined || !["transient", "in_doubt"].includes(error.kind)) return answer;
      if (Date.now() > until) throw new Error(`${tool} didn't come to an end: ${JSON.stringify(answer)}`);
      await delay(error.retry_after_ms ?? PAUSE_MS);
    }
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  async #ask(name: string, args: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<Answer> {
    signal.throwIfAborted();
    const params = { name, arguments: { ...args } };
    const client = this.#client;
    const { structuredContent } =
      client instanceof ClientV1
        ? await client.callTool(params, undefined, { signal })
        : await client.callTool(params, { signal });
    return structuredContent as unknown as Answer;
  }
}
