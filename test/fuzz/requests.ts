/** Requests that no SDK would send: bodies that are no messages, messages that are no calls, and headers. */
import fc from "fast-check";
import { ENVELOPE, INITIALIZE } from "../e2e/support/wire.ts";
import { hostileText, hostileValue } from "./hostile.ts";

/** One HTTP request to the endpoint. */
export interface Request {
  readonly method: string;
  /** Below the origin. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

const MODERN = "2026-07-28";
const PLAIN = { accept: "application/json, text/event-stream", "content-type": "application/json" };

/** A call of a tool, as a client of the 2026 era sends it. */
export function callOf(name: string, args: unknown, trace_id: string): Request {
  const _meta = { ...ENVELOPE, traceparent: `00-${trace_id}-00f067aa0ba902b7-01` };
  return posted({ jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args, _meta } });
}

function posted(message: unknown, headers: Readonly<Record<string, string>> = {}): Request {
  const { method, params } = message as { method?: unknown; params?: { name?: unknown } };
  return {
    method: "POST",
    path: "/mcp",
    headers: {
      ...PLAIN,
      "mcp-protocol-version": MODERN,
      ...(typeof method === "string" && isHeader(method) ? { "mcp-method": method } : {}),
      ...(typeof params?.name === "string" && isHeader(params.name) ? { "mcp-name": params.name } : {}),
      ...headers,
    },
    body: JSON.stringify(message),
  };
}

/** What `fetch` lets into a header. */
function isHeader(text: string): boolean {
  return /^[!-~](?:[ -~]*[!-~])?$/.test(text);
}

const METHODS = [
  "tools/call",
  "tools/list",
  "initialize",
  "ping",
  "server/discover",
  "resources/read",
  "prompts/get",
];

/** A message, with one of its parts replaced. */
const spoiled: fc.Arbitrary<Request> = fc
  .record({
    method: fc.oneof(fc.constantFrom(...METHODS), hostileText),
    part: fc.constantFrom("jsonrpc", "id", "method", "params", "_meta", "name", "arguments", "uri", "extra"),
    value: hostileValue,
    era: fc.constantFrom("modern", "legacy"),
  })
  .map(({ method, part, value, era }) => {
    const inner = ["_meta", "name", "arguments", "uri"].includes(part) ? { [part]: value } : {};
    const params = {
      name: "whoami",
      arguments: {},
      ...(era === "modern" ? { _meta: ENVELOPE } : {}),
      ...inner,
    };
    const outer = part in params ? {} : { [part]: value };
    return posted({ jsonrpc: "2.0", id: 1, method, params, ...outer });
  });

const bytes = (text: string) => new TextEncoder().encode(text);

/** Bodies that may not even be JSON. */
const body: fc.Arbitrary<Request["body"]> = fc.oneof(
  fc.constantFrom<Request["body"]>(
    "",
    "null",
    "[]",
    "{}",
    "[[[]]]",
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"whoami","name":"search_devices"}}',
    '{"jsonrpc":"2.0","id":1e999,"method":"ping"}',
    `{"jsonrpc":"2.0","id":1,"method":"ping","__proto__":{"admin":true}}`,
    new Uint8Array([0xff, 0xfe, 0x7b, 0x7d]),
    new Uint8Array([0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d]),
  ),
  fc.integer({ min: 1, max: 50_000 }).map((depth) => `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`),
  fc.integer({ min: 1, max: 200 }).map((many) => JSON.stringify(Array(many).fill(INITIALIZE))),
  hostileValue.map((value) => JSON.stringify(value) ?? ""),
  hostileText,
  fc.tuple(hostileValue, fc.nat(200)).map(([value, at]) => bytes((JSON.stringify(value) ?? "").slice(0, at))),
);

const strange: fc.Arbitrary<Request> = fc
  .record({
    body,
    type: fc.constantFrom("application/json", "application/json; charset=utf-16", "text/plain", ""),
  })
  .map(({ body, type }) => ({
    method: "POST",
    path: "/mcp",
    headers: { ...PLAIN, "content-type": type },
    body,
  }));

const NAMES = [
  "accept",
  "authorization",
  "content-type",
  "last-event-id",
  "mcp-method",
  "mcp-name",
  "mcp-protocol-version",
  "mcp-session-id",
  "origin",
  "traceparent",
  "x-sallyport-caller",
  "x-forwarded-host",
  "cookie",
] as const;

const headerValue = fc.oneof(
  fc.constantFrom(
    "null",
    "2025-11-25",
    "1999-01-01",
    "*/*",
    "Bearer x",
    "Bearer a:b:c",
    "{}",
    "[]",
    "http://evil.example",
  ),
  hostileText.map((text) => text.replaceAll(/[^!-~]/g, "").slice(0, 4_000)),
);

/** A sound call under a header of which nothing is known, by any method, to any path near the endpoint's. */
const dressed: fc.Arbitrary<Request> = fc
  .record({
    name: fc.constantFrom(...NAMES),
    value: headerValue,
    method: fc.constantFrom("POST", "POST", "POST", "GET", "DELETE", "PUT", "PATCH", "OPTIONS", "HEAD"),
    path: fc.constantFrom(
      "/mcp",
      "/mcp",
      "/mcp",
      "/mcp/",
      "/mcp?x=1",
      "//mcp",
      "/MCP",
      "/mcp/%2e%2e/console",
      "/mcp%00",
    ),
  })
  .map(({ name, value, method, path }) => {
    const call = posted({
      jsonrpc: "2.0",
      id: 1,
      method: "tools/call",
      params: { name: "whoami", arguments: {}, _meta: ENVELOPE },
    });
    const bare = method === "GET" || method === "HEAD" || method === "OPTIONS";
    return { method, path, headers: { ...call.headers, [name]: value }, body: bare ? null : call.body };
  });

/** Everything that isn't a call of a tool. */
export const anyRequest: fc.Arbitrary<Request> = fc.oneof(
  { weight: 3, arbitrary: spoiled },
  { weight: 2, arbitrary: strange },
  { weight: 2, arbitrary: dressed },
);
