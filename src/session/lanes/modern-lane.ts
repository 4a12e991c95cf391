/** Serves clients of 2026-07-28: each request has its own server, and subscriptions end with the session. */
import { createMcpHandler, type StatelessMcpHandler } from "agents/mcp/server";
import { refuseMalformed } from "../errors/malformed-call.ts";
import { type AuthInfo, authInfo, type Granted, grantedIn } from "../granted.ts";
import type { LaneHost } from "./lane.ts";
import { modernServer } from "./modern-server.ts";

/**
 * One session needs one stream, or a few while a network changes. Each keeps the object awake. That a client is gone shows
 * seconds later, so the oldest makes room for one more: refusing would shut out whoever comes back.
 */
const MAX_SUBSCRIPTIONS = 8;

/** Clients of 2026-07-28: no session on the wire, a fresh low-level server for each request. */
export class ModernLane {
  readonly #host: LaneHost;
  readonly #handler: StatelessMcpHandler;
  /** The open ones, oldest first. */
  readonly #subscriptions = new Set<AbortController>();

  constructor(host: LaneHost, hostname: string) {
    this.#host = host;
    this.#handler = createMcpHandler((context) => modernServer(host, grantedIn(context.authInfo)), {
      legacy: "reject",
      // One more: the newest is open before the oldest ends.
      maxSubscriptions: MAX_SUBSCRIPTIONS + 1,
      // The Worker has checked both already; without these the handler would derive its own policy from the URL.
      allowedHostnames: [hostname],
      allowedOriginHostnames: "*",
      corsOptions: false,
    });
  }

  /** Answers one request whose body is `parsed`. */
  async handle(request: Request, parsed: unknown, client_id: string, granted: Granted): Promise<Response> {
    const malformed = await refuseMalformed(parsed, this.#host, "2026-07-28", granted);
    if (malformed !== null) return malformed;
    const info = authInfo(client_id, granted);
    return isListen(parsed) ? this.#subscribe(request, parsed, info) : this.#answer(request, parsed, info);
  }

  /** Tells every client that subscribed to it that its lists are others now. */
  listsChanged(): void {
    this.#handler.notify.toolsChanged();
    this.#handler.notify.resourcesChanged();
    this.#handler.notify.promptsChanged();
  }

  /** Ends all subscriptions: the session was revoked. */
  close(): void {
    for (const subscription of this.#subscriptions) subscription.abort();
  }

  #answer(request: Request, parsed: unknown, info: AuthInfo): Promise<Response> {
    return this.#handler.fetch(request, {
      ...(parsed === undefined ? {} : { parsedBody: parsed }),
      authInfo: info,
    });
  }

  /** Answers with a stream that ends with the session, and when too many others have come after it. */
  async #subscribe(
    { url, method, headers, signal: client }: Request,
    parsed: unknown,
    info: AuthInfo,
  ): Promise<Response> {
    const subscription = new AbortController();
    const signal = AbortSignal.any([client, subscription.signal]);
    // Before anything is awaited: a session that ends meanwhile ends this one, too.
    this.#subscriptions.add(subscription);
    signal.addEventListener("abort", () => this.#subscriptions.delete(subscription));
    // The same request, whose body has been read.
    const response = await this.#answer(new Request(url, { method, headers, signal }), parsed, info);
    if (!isStream(response)) this.#subscriptions.delete(subscription);
    const [oldest] = this.#subscriptions;
    if (this.#subscriptions.size > MAX_SUBSCRIPTIONS) oldest?.abort();
    return response;
  }
}

function isStream({ headers }: Response): boolean {
  return headers.get("content-type")?.startsWith("text/event-stream") === true;
}

function isListen(parsed: unknown): boolean {
  return (
    typeof parsed === "object" &&
    parsed !== null &&
    "method" in parsed &&
    parsed.method === "subscriptions/listen"
  );
}
