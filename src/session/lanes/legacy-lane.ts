/**
 * Serves clients of 2025-11-25 and older: protocol sessions with ids, which outlive the object's eviction.
 */
import type { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { refuseMalformed } from "../errors/malformed-call.ts";
import { rpcError } from "../errors/rpc-error.ts";
import { authInfo, type Granted } from "../granted.ts";
import type { SessionStore } from "../session-store.ts";
import { inAcceptedForm } from "./accept.ts";
import type { LaneHost } from "./lane.ts";
import { legacyServer } from "./legacy-server.ts";
import { type ProtocolSession, SessionTransport } from "./session-transport.ts";

const SESSION_HEADER = "mcp-session-id";
/** One protocol session, as long as it is in memory. */
interface Live {
  readonly transport: SessionTransport;
  readonly server: Server;
}

/**
 * Clients of 2025-11-25 and older: protocol sessions with an id, a GET stream and pushed requests. Their state
 * is in the object's storage, so that a session outlives the object's eviction.
 */
export class LegacyLane {
  readonly #host: LaneHost;
  readonly #store: SessionStore;
  readonly #live = new Map<string, Live>();

  constructor(host: LaneHost, store: SessionStore) {
    this.#host = host;
    this.#store = store;
  }

  /** Answers one request whose body is `parsed`. */
  async handle(request: Request, parsed: unknown, client_id: string, granted: Granted): Promise<Response> {
    const id = request.headers.get(SESSION_HEADER);
    if (id === null && !isInitialize(parsed)) {
      return rpcError(400, -32000, "This request needs the Mcp-Session-Id that initialize returned.");
    }
    const transport = id === null ? await this.#open() : await this.#resume(id);
    if (transport === null)
      return rpcError(404, -32001, "There is no such protocol session. Initialize a new one.");
    const malformed = await refuseMalformed(parsed, this.#host, "2025-11-25", granted);
    if (malformed !== null) return malformed;
    // A stream whose client is gone is noticed only when something is written to it. Until then the transport
    // would refuse the client that comes back for its stream; so the newest stream takes the place of the older.
    if (request.method === "GET") transport.closeStandaloneSSEStream();
    return inAcceptedForm(request, (accepting) =>
      transport.handleRequest(accepting, {
        ...(parsed === undefined ? {} : { parsedBody: parsed }),
        authInfo: authInfo(client_id, granted),
      }),
    );
  }

  /** Ends all streams: the session was revoked. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.values()].map(({ transport }) => transport.close()));
    this.#live.clear();
  }

  /** Tells every client that listens that its lists are others now. One that doesn't will ask when it comes back. */
  async listsChanged(): Promise<void> {
    await Promise.allSettled(
      [...this.#live.values()].flatMap(({ server }) => [
        server.sendToolListChanged(),
        server.sendResourceListChanged(),
        server.sendPromptListChanged(),
      ]),
    );
  }

  async #open(): Promise<SessionTransport> {
    await this.#closeForgotten();
    const { transport } = await this.#connect(crypto.randomUUID());
    return transport;
  }

  async #resume(id: string): Promise<SessionTransport | null> {
    if (!this.#store.useProtocolSession(id)) return null;
    const known = this.#live.get(id);
    if (known !== undefined) return known.transport;
    const kept = parseSession(this.#store.protocolSession(id));
    const taken_up = await this.#connect(id);
    this.#live.set(id, taken_up);
    if (kept !== null && (await taken_up.transport.resume(kept))) return taken_up.transport;
    this.#forget(id);
    return null;
  }

  /** What the store has let go of to make room must not stay in memory either. */
  async #closeForgotten(): Promise<void> {
    for (const [id, { transport }] of [...this.#live]) {
      if (this.#store.protocolSession(id) !== null) continue;
      this.#live.delete(id);
      await transport.close();
    }
  }

  async #connect(id: string): Promise<Live> {
    const server = legacyServer(this.#host);
    const transport = new SessionTransport(id, {
      begun: (session) => {
        this.#store.writeProtocolSession(id, JSON.stringify(session));
        this.#live.set(id, { transport, server });
      },
      ended: () => this.#forget(id),
    });
    await server.connect(transport);
    return { transport, server };
  }

  #forget(id: string): void {
    this.#live.delete(id);
    this.#store.deleteProtocolSession(id);
  }
}

function isInitialize(parsed: unknown): boolean {
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.some(
    (message) =>
      typeof message === "object" &&
      message !== null &&
      "method" in message &&
      message.method === "initialize",
  );
}

function parseSession(text: string | null): ProtocolSession | null {
  return text === null ? null : (JSON.parse(text) as ProtocolSession);
}
