/**
 * Extends the protocol library's transport: it takes up stored sessions, and refuses a request id that is
 * under way.
 */
import type { AuthInfo } from "@modelcontextprotocol/sdk/server/auth/types.js";
import { WebStandardStreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js";
import {
  type InitializeRequest,
  isInitializeRequest,
  type JSONRPCMessage,
  type RequestId,
} from "@modelcontextprotocol/sdk/types.js";
import { rpcError } from "../errors/rpc-error.ts";

/** JSON-RPC's code for what isn't a valid request. */
const INVALID_REQUEST = -32600;

/** What the lane hands over with a request. */
interface Handling {
  readonly parsedBody?: unknown;
  readonly authInfo?: AuthInfo;
}

/** A protocol session as it is kept, so that it outlives the object that it began in. */
export interface ProtocolSession {
  readonly sessionId: string;
  readonly initialized: boolean;
  /** What the client said of itself when it began. */
  readonly initializeParams?: InitializeRequest["params"];
}

/** Who is told when a protocol session begins and when its client ends it. */
export interface SessionKeeper {
  begun(session: ProtocolSession): void;
  ended(): void;
}

/**
 * The SDK's transport for one protocol session, which answers each request once. The SDK finds the stream for an
 * answer by the request's id alone: a second request with the id of one under way takes that one's place, and one of
 * the two waits for ever. The protocol forbids such ids, so the second is refused by name.
 */
export class SessionTransport extends WebStandardStreamableHTTPServerTransport {
  readonly #under_way = new Set<RequestId>();
  /** What the client says of itself, from when it says so; never in a session that was taken up again. */
  #introduced: InitializeRequest["params"] | undefined;

  constructor(id: string, keeper: SessionKeeper) {
    super({
      sessionIdGenerator: () => id,
      onsessioninitialized: () => {
        if (this.#introduced === undefined) return;
        keeper.begun({ sessionId: id, initialized: true, initializeParams: this.#introduced });
      },
      onsessionclosed: () => keeper.ended(),
    });
  }

  /**
   * Takes up a session that began in an object that is gone. The SDK can't begin in the middle of one, so the
   * transport and its server hear once more what the client said first.
   * @returns false when that isn't something to begin with any more
   */
  async resume({ initializeParams: params }: ProtocolSession): Promise<boolean> {
    const headers = { accept: "application/json, text/event-stream", "content-type": "application/json" };
    const request = new Request("http://session/mcp", { method: "POST", headers });
    const parsedBody = { jsonrpc: "2.0", id: "resume", method: "initialize", params };
    const response = await super.handleRequest(request, { parsedBody });
    // The client had this answer long ago. It is read all the same, because that ends its stream.
    response.text().catch(() => undefined);
    return response.ok;
  }

  override async handleRequest(request: Request, handling?: Handling): Promise<Response> {
    const messages = [handling?.parsedBody].flat();
    this.#introduced ??= messages.find(isInitializeRequest)?.params;
    for (const id of messages.map(cancelledBy)) if (id !== null) this.#under_way.delete(id);
    const ids = messages.map(requestId).filter((id) => id !== null);
    const again = ids.find((id, index) => this.#under_way.has(id) || ids.indexOf(id) < index);
    if (again !== undefined) {
      const message = "Another request of this session with this id is still under way. Give each its own.";
      return rpcError(400, INVALID_REQUEST, message, { id: again });
    }
    for (const id of ids) this.#under_way.add(id);
    const response = await super.handleRequest(request, handling);
    // The transport itself said no: nothing was begun that will be answered.
    if (!response.ok) for (const id of ids) this.#under_way.delete(id);
    return response;
  }

  override async send(
    message: JSONRPCMessage,
    options?: Parameters<WebStandardStreamableHTTPServerTransport["send"]>[1],
  ): Promise<void> {
    if (("result" in message || "error" in message) && message.id !== undefined)
      this.#under_way.delete(message.id);
    await super.send(message, options);
  }
}

/** The id of a request, or `null` for whatever else. */
function requestId(message: unknown): RequestId | null {
  return isRecord(message) && "method" in message && isId(message.id) ? message.id : null;
}

/** The request that a notification cancels: nobody answers it any more. */
function cancelledBy(message: unknown): RequestId | null {
  if (!isRecord(message) || message.method !== "notifications/cancelled" || !isRecord(message.params))
    return null;
  const { requestId: id } = message.params;
  return isId(id) ? id : null;
}

function isId(id: unknown): id is RequestId {
  return typeof id === "string" || typeof id === "number";
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
