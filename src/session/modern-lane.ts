import { createMcpHandler, type StatelessMcpHandler } from "agents/mcp/server";
import type { CallerAuth } from "./caller.ts";
import type { LaneHost } from "./lane.ts";
import { refuseMalformed } from "./malformed-call.ts";
import { modernServer } from "./modern-server.ts";

/** One session needs one stream, or a few while a network changes. Each keeps the object awake. */
const MAX_SUBSCRIPTIONS = 8;

/** Clients of 2026-07-28: no session on the wire, a fresh low-level server for each request. */
export class ModernLane {
  readonly #host: LaneHost;
  readonly #handler: StatelessMcpHandler;
  #subscriptions = new AbortController();

  constructor(host: LaneHost, hostname: string) {
    this.#host = host;
    this.#handler = createMcpHandler((context) => modernServer(host, context.authInfo?.scopes ?? []), {
      legacy: "reject",
      maxSubscriptions: MAX_SUBSCRIPTIONS,
      // The Worker has checked both already; without these the handler would derive its own policy from the URL.
      allowedHostnames: [hostname],
      allowedOriginHostnames: "*",
      corsOptions: false,
    });
  }

  /** Answers one request whose body is `parsed`. */
  async handle(request: Request, parsed: unknown, auth: CallerAuth): Promise<Response> {
    const malformed = await refuseMalformed(parsed, this.#host, "2026-07-28", auth.scopes);
    if (malformed !== null) return malformed;
    return this.#handler.fetch(isListen(parsed) ? this.#ending(request) : request, {
      ...(parsed === undefined ? {} : { parsedBody: parsed }),
      authInfo: { token: "", clientId: auth.client_id, scopes: [...auth.scopes] },
    });
  }

  /** Tells every client that subscribed to it that its lists are others now. */
  listsChanged(): void {
    this.#handler.notify.toolsChanged();
    this.#handler.notify.resourcesChanged();
    this.#handler.notify.promptsChanged();
  }

  /** Ends all subscriptions: the session was revoked. */
  close(): void {
    this.#subscriptions.abort();
    this.#subscriptions = new AbortController();
  }

  /** The same request, whose body has been read, but one that ends with the session: a subscription would outlive it. */
  #ending({ url, method, headers, signal }: Request): Request {
    return new Request(url, {
      method,
      headers,
      signal: AbortSignal.any([signal, this.#subscriptions.signal]),
    });
  }
}

function isListen(parsed: unknown): boolean {
  return (
    typeof parsed === "object" &&
    parsed !== null &&
    "method" in parsed &&
    parsed.method === "subscriptions/listen"
  );
}
