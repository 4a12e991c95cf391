import { env } from "cloudflare:workers";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Requester } from "../../../src/effect/machine/operation.ts";
import { CALLER_HEADER } from "../../../src/session/caller.ts";

/** The protocol's eras, by the newest revision of each. */
export const ERAS = ["2025-11-25", "2026-07-28"] as const;
export type Era = (typeof ERAS)[number];

/** The scopes of a token that holds what these tests read. */
const SCOPES = ["devices:read", "devices:contain", "controls:read", "detections:read", "audit:read"];

/** What every request of the newer era carries. */
export const ENVELOPE = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientInfo": { name: "test", version: "1" },
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** The headers of a request that the Worker hands on to a person's session object. */
export function handedOn({ session_id, client_id }: Requester, scopes = SCOPES): Record<string, string> {
  return {
    host: new URL(env.PUBLIC_URL).host,
    [CALLER_HEADER]: JSON.stringify({ session_id, grant_id: "grant", client_id, scopes }),
    "content-type": "application/json",
    accept: "application/json, text/event-stream",
  };
}

/** A client of either era, with a token of the given scopes. `answers` are those to its reads of resources. */
export async function clientOf(
  { session_id, client_id }: Requester,
  era: Era,
  scopes: readonly string[] = SCOPES,
) {
  const mode = era === "2026-07-28" ? { pin: era } : "legacy";
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  const answers: { status: number; body: Promise<string> }[] = [];
  const transport = new StreamableHTTPClientTransport(new URL(`${env.PUBLIC_URL}/mcp`), {
    fetch: async (url, init) => {
      const headers = new Headers(init?.headers);
      headers.set("host", new URL(env.PUBLIC_URL).host);
      headers.set(CALLER_HEADER, JSON.stringify({ session_id, grant_id: "grant", client_id, scopes }));
      const answer = await env.SESSION.getByName(session_id).fetch(new Request(url, { ...init, headers }));
      if (String(init?.body).includes("resources/read"))
        answers.push({ status: answer.status, body: answer.clone().text() });
      return answer;
    },
  });
  await client.connect(transport);
  return { client, answers };
}
