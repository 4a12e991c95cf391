/** MCP over HTTP by hand: what no SDK would send, and what no SDK would show. */

/** Both eras want both, whatever comes back. */
const ACCEPT = "application/json, text/event-stream";
const LEGACY = "2025-11-25";
const MODERN = "2026-07-28";

/** A JSON-RPC message, as far as these tests look at it. */
export interface Message {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly result?: Record<string, unknown>;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: Record<string, unknown>;
  };
}

/** What came back. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** The messages in the body, whether it was JSON or an event stream. */
  readonly messages: readonly Message[];
  /** The only one. @throws Error if there is another number of them */
  readonly message: Message;
}

/** A request with a token, as it is. */
export interface Sending {
  readonly body?: unknown;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

/** A client of the endpoint that holds a token, if it is given one. */
export class Wire {
  readonly #url: string;
  readonly #token: string | null;

  constructor(mcpUrl: string, token: string | null) {
    this.#url = mcpUrl;
    this.#token = token;
  }

  /** Sends `body` as it is if it is text or a blob, else as JSON. */
  send({ body, method = "POST", headers = {}, signal }: Sending): Promise<Response> {
    const bytes = typeof body === "string" || body instanceof Blob ? body : JSON.stringify(body);
    return fetch(this.#url, {
      method,
      headers: {
        ...(this.#token === null ? {} : { authorization: `Bearer ${this.#token}` }),
        accept: ACCEPT,
        ...(bytes === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(bytes === undefined ? {} : { body: bytes }),
      ...(signal === undefined ? {} : { signal }),
    });
  }

  /** Sends and reads the whole answer. */
  async ask(sending: Sending): Promise<Reply> {
    return read(await this.send(sending));
  }

  /** One request of the 2026 era, with headers in place of those that belong to it. */
  modern(
    method: string,
    params: Record<string, unknown> = {},
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    return this.ask({
      body: { jsonrpc: "2.0", id: 1, method, params: { ...params, _meta: ENVELOPE } },
      headers: { ...modernHeaders(method, params), ...headers },
    });
  }

  /** `tools/call` of the 2026 era. */
  call(name: string, args: unknown = {}): Promise<Reply> {
    return this.modern("tools/call", { name, arguments: args });
  }

  /** A protocol session of the 2025 era. */
  async initialize(): Promise<LegacyWire> {
    const { message, headers } = await this.ask({ body: INITIALIZE });
    if (message.result === undefined) throw new Error(`initialize: ${JSON.stringify(message)}`);
    const session = new LegacyWire(this, headers.get("mcp-session-id") ?? "");
    await session.ask({ body: { jsonrpc: "2.0", method: "notifications/initialized" } });
    return session;
  }
}

/** A protocol session of the 2025 era. */
export class LegacyWire {
  readonly id: string;
  readonly #wire: Wire;

  constructor(wire: Wire, id: string) {
    this.#wire = wire;
    this.id = id;
  }

  send(sending: Sending): Promise<Response> {
    return this.#wire.send({ ...sending, headers: { ...this.#headers, ...sending.headers } });
  }

  ask(sending: Sending): Promise<Reply> {
    return this.#wire.ask({ ...sending, headers: { ...this.#headers, ...sending.headers } });
  }

  request(method: string, params: Record<string, unknown> = {}): Promise<Reply> {
    return this.ask({ body: { jsonrpc: "2.0", id: 1, method, params } });
  }

  call(name: string, args: unknown = {}): Promise<Reply> {
    return this.request("tools/call", { name, arguments: args });
  }

  get #headers(): Record<string, string> {
    return { "mcp-session-id": this.id, "mcp-protocol-version": LEGACY };
  }
}

export const INITIALIZE = {
  jsonrpc: "2.0",
  id: 0,
  method: "initialize",
  params: { protocolVersion: LEGACY, capabilities: {}, clientInfo: { name: "wire", version: "1" } },
};

/** The envelope that every request of the 2026 era carries. */
export const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": MODERN,
  "io.modelcontextprotocol/clientInfo": { name: "wire", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** Intermediaries read these instead of the body; they have to agree with it. */
function modernHeaders(method: string, { name }: Record<string, unknown>): Record<string, string> {
  const named = typeof name === "string" ? { "mcp-name": name } : {};
  return { "mcp-protocol-version": MODERN, "mcp-method": method, ...named };
}

async function read(response: Response): Promise<Reply> {
  const { status, headers } = response;
  const messages = messagesIn(await response.text(), headers.get("content-type") ?? "");
  return {
    status,
    headers,
    messages,
    get message() {
      const [message, ...more] = messages;
      if (message === undefined || more.length > 0) {
        throw new Error(`HTTP ${status} with ${messages.length} messages: ${JSON.stringify(messages)}`);
      }
      return message;
    },
  };
}

function messagesIn(text: string, media_type: string): Message[] {
  if (text === "") return [];
  if (media_type.startsWith("application/json")) return [JSON.parse(text) as Message].flat();
  if (!media_type.startsWith("text/event-stream")) return [];
  return text
    .split("\n")
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice("data: ".length)) as Message);
}
