/** What clients of both protocol eras put on the wire, and what nobody should. */
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text as textOf } from "node:stream/consumers";

/** `2026`: clients of 2026-07-28. `2025`: those of 2025-11-25 and older. */
export type Lane = "2026" | "2025";

const REVISION = { "2026": "2026-07-28", "2025": "2025-11-25" } as const satisfies Record<Lane, string>;
const CLIENT = { name: "load", version: "1" } as const;
const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": REVISION["2026"],
  "io.modelcontextprotocol/clientInfo": CLIENT,
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** An HTTP answer, read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON-RPC message in it, whether it came as JSON or as an event; `null` if there is none. */
  readonly message: Message | null;
  readonly took_ms: number;
}

export interface Message {
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

/** One request, as it is. */
export interface Sending {
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A client with a token, on one lane. */
export class Wire {
  readonly lane: Lane;
  readonly #url: string;
  readonly #token: string;
  #protocol_session: string | null = null;
  #id = 0;

  constructor(lane: Lane, url: string, token: string) {
    this.lane = lane;
    this.#url = url;
    this.#token = token;
  }

  /** Begins a protocol session, where the lane has them. @throws Error when that is refused */
  async begin(): Promise<this> {
    if (this.lane === "2026") return this;
    const params = { protocolVersion: REVISION["2025"], capabilities: {}, clientInfo: CLIENT };
    const answer = await this.request("initialize", params);
    this.#protocol_session = answer.headers.get("mcp-session-id");
    if (this.#protocol_session === null)
      throw new Error(`initialize answered ${answer.status}: ${answer.text}`);
    await this.send({ body: JSON.stringify({ jsonrpc: "2.0", method: "notifications/initialized" }) });
    return this;
  }

  /** One call of one tool. */
  call(name: string, args: unknown): Promise<Answer> {
    return this.request("tools/call", { name, arguments: args });
  }

  /** One request, as the lane wants it. */
  request(method: string, params: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    this.#id += 1;
    const modern = this.lane === "2026";
    const body = {
      jsonrpc: "2.0",
      id: this.#id,
      method,
      params: modern ? { ...params, _meta: ENVELOPE } : params,
    };
    const name = typeof params.name === "string" ? { "mcp-name": params.name } : {};
    return this.send({
      body: JSON.stringify(body),
      headers: modern ? { "mcp-method": method, ...name } : {},
    });
  }

  /** `body` for another host, as a page that rebinds its name would send it: `fetch` doesn't. */
  async sendTo(host: string, body: string): Promise<Answer> {
    const began = performance.now();
    const headers = { host, authorization: `Bearer ${this.#token}`, "content-type": "application/json" };
    const sent = request(this.#url, { method: "POST", headers }).end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const text = await textOf(response);
    const { statusCode: status = 0 } = response;
    const received = new Headers({ "content-type": response.headers["content-type"] ?? "" });
    return { status, headers: received, text, message: messageIn(text), took_ms: performance.now() - began };
  }

  /** Whatever it is, with the lane's headers where `headers` says nothing else. */
  async send({ body, headers = {} }: Sending): Promise<Answer> {
    const began = performance.now();
    const response = await fetch(this.#url, {
      method: "POST",
      headers: {
        authorization: `Bearer ${this.#token}`,
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        "mcp-protocol-version": REVISION[this.lane],
        ...(this.#protocol_session === null ? {} : { "mcp-session-id": this.#protocol_session }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    const { status } = response;
    const took_ms = performance.now() - began;
    return { status, headers: response.headers, text, message: messageIn(text), took_ms };
  }
}

function messageIn(text: string): Message | null {
  const event = text
    .split("\n")
    .filter((line) => line.startsWith("data:"))
    .at(-1);
  try {
    const message: unknown = JSON.parse(event === undefined ? text : event.slice("data:".length));
    return typeof message === "object" && message !== null ? (message as Message) : null;
  } catch {
    return null;
  }
}
