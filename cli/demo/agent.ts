/** The agents of the demo: MCP clients of both eras. */
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { Client as ClientV1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as TransportV1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";

/** The two protocol eras: the 1.x SDK's client, and the 2.x SDK's client held to 2026-07-28. */
export type Era = "2025-11-25" | "2026-07-28";

/** A tool result, as far as the demo looks at it. */
export interface Answer {
  readonly status: string;
  readonly data?: Record<string, unknown>;
  readonly coverage?: { readonly complete: boolean };
  readonly resource?: { readonly kind: string; readonly id: string };
  readonly operation?: {
    readonly id: string;
    readonly state: string;
    readonly replayed?: boolean;
    readonly evidence?: string | null;
    readonly requested_by?: string;
    readonly still_in_effect?: boolean | "unknown";
    readonly approval_url?: string;
  };
  readonly error?: {
    readonly kind: string;
    readonly code: string;
    readonly message: string;
    readonly attempts?: number;
    readonly issues?: readonly { readonly path: string; readonly message: string }[];
    readonly grant_url?: string;
  };
  readonly audit_id: string;
}

/** An agent of one person: an MCP client with that person's token. */
export interface Agent {
  call(tool: string, args?: Record<string, unknown>): Promise<Answer>;
  close(): Promise<void>;
}

/** A probe or an approved dispatch comes soon; this is far more than either needs. */
const PATIENCE_MS = 30_000;
const PAUSE_MS = 250;

const INFO = { name: "sallyport-demo", version: "1.0.0" };

/** Connects a client of the given era with a bearer token. */
export async function connect(mcpUrl: string, era: Era, token: string): Promise<Agent> {
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  if (era === "2025-11-25") {
    const client = new ClientV1(INFO);
    // The SDK's own transport isn't assignable under exactOptionalPropertyTypes.
    await client.connect(new TransportV1(new URL(mcpUrl), { requestInit }) as Transport);
    return agent(client);
  }
  const client = new ClientV2(INFO, { versionNegotiation: { mode: { pin: era } } });
  await client.connect(new TransportV2(new URL(mcpUrl), { requestInit }));
  return agent(client);
}

function agent(client: ClientV1 | ClientV2): Agent {
  return {
    async call(name, args = {}) {
      const { structuredContent } = await client.callTool({ name, arguments: args });
      return structuredContent as unknown as Answer;
    },
    close: () => client.close(),
  };
}

/** Asks until the answer is as it should be, or patience ends; the last answer either way. */
export async function until(ask: () => Promise<Answer>, holds: (answer: Answer) => boolean): Promise<Answer> {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  for (;;) {
    const answer = await ask();
    if (holds(answer) || patience.aborted) return answer;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
