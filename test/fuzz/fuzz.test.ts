import fc from "fast-check";
import { Response as MiniflareResponse, type Request as Outgoing, fetch as send } from "miniflare";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { localEnvironment } from "../../cli/local/local-environment.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { CONTROLS } from "../../src/catalogue/controls/catalogue.ts";
import { inputJsonSchema } from "../../src/path/input.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import { TOOLS } from "../support/deployed.ts";
import { startTestInstance, type TestInstance } from "../support/instance.ts";
import { hostileArguments, type Known, soundArguments } from "./arguments.ts";
import { type Answered, objections } from "./judgement.ts";
import { anyRequest, callOf, type Request } from "./requests.ts";
import { anySpoiling, CANARY, type Said, type Spoiling, spoiled } from "./vendor-answers.ts";

const CASES = Number(process.env.FUZZ_CASES ?? 2_000);
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_122);
const AT_ONCE = 32;
/** Sampled at a time, so that a long run needs no more memory than a short one. */
const BATCH = 500;
/** A call may read for 45 s, and a client waits a minute: who has no answer by then gets none. */
const PATIENCE_MS = 60_000;
const RESPONDER =
  "devices:read devices:contain detections:read detections:write vulnerabilities:read scans:launch identities:read identities:suspend tickets:read tickets:write pages:write alerts:read alerts:write controls:read";

/** One request, by whom, and what the vendors make of what it leads to. */
interface Case {
  readonly request: Request;
  readonly spoiling: Spoiling | null;
  readonly trace_id: string;
}

/** What the first cases already meet. */
const USUAL = [
  ...["ok", "not_found", "invalid_input", "upstream_contract_changed", "misconfigured"],
  ...["upstream_unavailable", "outcome_unknown"],
];

/** What an agent may do at once, without end: otherwise the twenty-first change would be the last to reach a vendor. */
const POLICY = {
  version: "fuzz-1",
  rules: [
    { when: { criticality: ["critical"] }, decision: "approval", because: "so that something waits" },
    { when: { roles: ["responder"] }, decision: "go", because: "so that something happens" },
  ],
};

let instance: TestInstance;
let anyCase: fc.Arbitrary<Case>;
let tokens: { readonly responder: string; readonly auditor: string };
/** What nobody may be shown, with what it is. */
const forbidden = new Map([[CANARY, "a vendor's own words"]]);
const logged: string[] = [];
/** By the trace id of the call, which vendors get as the request's id. */
const spoilings = new Map<string, Spoiling>();

beforeAll(async () => {
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    logged.push(String(text));
    return true;
  });
  const environment = { GATE_POLICY: JSON.stringify(POLICY) };
  instance = await startTestInstance({ outbound: vendor, environment });
  const { labUrl, publicUrl } = { labUrl: instance.lab.url, publicUrl: instance.url };
  for (const [name, value] of Object.entries(localEnvironment({ labUrl, publicUrl }))) {
    if (/(SECRET|TOKEN|PRIVATE_KEY|API_KEY|SEALING_KEY)/.test(name)) forbidden.set(value, name);
  }
  const mcpUrl = `${instance.url}/mcp`;
  const responder = await signIn({ mcpUrl, user: "responder", scope: RESPONDER });
  const auditor = await signIn({ mcpUrl, user: "auditor", scope: "controls:read audit:read" });
  tokens = { responder: responder.access_token, auditor: auditor.access_token };
  for (const { access_token, refresh_token } of [responder, auditor]) {
    forbidden.set(access_token, "an access token").set(refresh_token, "a refresh token");
  }
  anyCase = casesAbout(await idsThere());
}, 90_000);
afterAll(async () => {
  end();
  vi.restoreAllMocks();
  await instance?.dispose();
});

const { promise: over, resolve: end } = Promise.withResolvers<void>();

/** Changes go out under their operation's id, which nobody knows before: they take turns. */
const forChanges = fc.sample(fc.option(anySpoiling, { freq: 2 }), { seed: SEED, numRuns: 1_000 });
let changes = 0;

function forChange(): Spoiling | undefined {
  changes += 1;
  return forChanges[changes % forChanges.length] ?? undefined;
}

/** Answers for the vendors: as the lab does, and then as the case says. */
async function vendor(request: Outgoing): Promise<MiniflareResponse> {
  const asked_by = request.headers.get("x-request-id") ?? "";
  const spoiling = asked_by.startsWith("op_") ? forChange() : spoilings.get(asked_by);
  const credential = request.headers.get("authorization")?.split(" ")[1];
  if (credential !== undefined) forbidden.set(credential, "a credential that went out");
  if (spoiling?.kind === "silence") await over;
  const response = await send(request);
  if (spoiling === undefined) return response;
  const said: Said = {
    status: response.status,
    headers: new Headers([...response.headers]),
    body: await response.text(),
  };
  const changed = spoiled(said, spoiling);
  if (changed === null) throw new Error("the connection was reset");
  const { status, headers, body } = changed;
  const empty = [204, 205, 304].includes(status);
  return new MiniflareResponse(empty ? null : body, { status, headers: [...headers] });
}

const traceId = fc.stringMatching(/^[0-9a-f]{32}$/);

function casesFor(tool: Tool, known: Known): fc.Arbitrary<Case> {
  const schema = inputJsonSchema(tool);
  const call = (args: unknown, spoiling: Spoiling | null, trace_id: string) => ({
    request: callOf(tool.name, args, trace_id),
    spoiling,
    trace_id,
  });
  const sound = fc.tuple(soundArguments(schema, known), fc.option(anySpoiling, { freq: 5 }), traceId);
  const hostile = fc.tuple(hostileArguments(schema, known), fc.constant(null), traceId);
  return fc.oneof(
    { weight: 2, arbitrary: sound.map((parts) => call(...parts)) },
    { weight: 1, arbitrary: hostile.map((parts) => call(...parts)) },
  );
}

function casesAbout(known: Known): fc.Arbitrary<Case> {
  const other = fc.tuple(anyRequest, traceId);
  // One check of a control asks vendors as often as a hundred other calls.
  const byTool = TOOLS.map((tool) => ({
    weight: tool.name === "check_control" ? 1 : 10,
    arbitrary: casesFor(tool, known),
  }));
  return fc.oneof(
    { weight: 5, arbitrary: fc.oneof(...byTool) },
    { weight: 1, arbitrary: other.map(([request, trace_id]) => ({ request, spoiling: null, trace_id })) },
  );
}

/** The ids in what the tools find when they are asked for everything. */
async function idsThere(): Promise<Known> {
  const found = new Map<string, Set<string>>();
  for (const tool of ["devices", "detections", "users", "vulnerabilities", "alerts", "tickets"]) {
    const { body, ...request } = callOf(`search_${tool}`, { limit: 50 }, "f".repeat(32));
    const response = await fetch(instance.url + request.path, {
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${tokens.responder}` },
      body,
    });
    JSON.parse(await response.text(), (name, value: unknown) => {
      if (!/_id$/.test(name) || typeof value !== "string") return value;
      const ids = found.get(name) ?? new Set();
      found.set(name, ids.add(value));
      return value;
    });
  }
  found.set("control_id", new Set(CONTROLS.map(({ control_id }) => control_id)));
  for (const name of ["audit_id", "ticket_id"]) found.delete(name);
  return new Map([...found].map(([name, ids]) => [name, [...ids]]));
}

/** How results ended, by status or error code: a fuzzer that only ever sees one answer looks at nothing. */
const seen = new Map<string, number>();

function count(text: string): void {
  const [, status = ""] = /"structuredContent":\{"status":"(\w+)"/.exec(text) ?? [];
  const [, code = status] = /"code":"(\w+)"/.exec(text) ?? [];
  seen.set(code, (seen.get(code) ?? 0) + 1);
}

/** What is wrong with how the instance answered a case; empty if nothing is. */
async function play(one: Case): Promise<string[]> {
  if (one.spoiling !== null) spoilings.set(one.trace_id, one.spoiling);
  try {
    // A connection that the last request on it has ruined says nothing about this one: it is sent once more.
    const { headers, status, body } = await answerTo(one).catch((thrown: unknown) =>
      thrown instanceof TypeError ? answerTo(one) : Promise.reject(thrown),
    );
    count(body);
    return objections({ status, headers, body }, forbidden);
  } catch (thrown) {
    const cause = thrown instanceof Error ? thrown.cause : undefined;
    return [`has no answer: ${thrown} ${cause}`];
  } finally {
    spoilings.delete(one.trace_id);
  }
}

async function answerTo({ request: { method, path, headers, body } }: Case): Promise<Answered> {
  const token = /search_audit|get_audit/.test(String(body)) ? tokens.auditor : tokens.responder;
  const response = await fetch(instance.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...headers },
    body,
    redirect: "manual",
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const { status } = response;
  const shown = JSON.stringify([...response.headers]);
  // A stream has no end of its own.
  const streams = method === "GET" && shown.includes("text/event-stream");
  if (streams) await response.body?.cancel();
  return { status, headers: shown, body: streams ? "" : await response.text() };
}

/** Calls of vendors that take the request and never answer. */
const SILENT: readonly Case[] = (
  [
    ["lookup_cve", { cve_id: "CVE-2021-44228" }],
    ["search_sign_ins", {}],
    ["contain_device", { device_id: "0".repeat(32), reason: "Fuzzing" }],
  ] as const
).map(([name, args], nth) => {
  const trace_id = String(nth + 1).padStart(32, "0");
  return { request: callOf(name, args, trace_id), spoiling: { kind: "silence" }, trace_id };
});

/** Plays cases from `first` on, some at a time, and returns what was wrong with any. */
async function playAll(first: number, many: number): Promise<string[]> {
  const cases = fc.sample(anyCase, { seed: SEED + first, numRuns: many });
  const found: string[] = [];
  const waiting = cases.entries();
  const next = async () => {
    for (const [nth, one] of waiting) {
      for (const what of await play(one))
        found.push(`case ${first + nth} ${what}: ${JSON.stringify(one).slice(0, 700)}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, next));
  return found;
}

test(
  `${CASES} requests that nobody should send, to vendors that nobody should trust, are all answered as promised`,
  async () => {
    const found: string[] = [];
    // Beside the rest, because each takes as long as a call may.
    const unanswered = Promise.all(SILENT.map(play));
    for (let first = 0; first < CASES; first += BATCH) {
      found.push(...(await playAll(first, Math.min(BATCH, CASES - first))));
      expect(found.slice(0, 20)).toEqual([]);
    }
    expect((await unanswered).flat()).toEqual([]);
    // And afterwards it answers as if nothing had been.
    expect(
      await play({ request: callOf("whoami", {}, "0".repeat(32)), spoiling: null, trace_id: "0" }),
    ).toEqual([]);
  },
  Math.max(300_000, CASES * 100),
);

test("of every kind that there is to see", () => {
  process.stdout.write(
    `${JSON.stringify(Object.fromEntries([...seen].toSorted(([, a], [, b]) => b - a)))}\n`,
  );
  for (const how of USUAL) expect(seen.get(how) ?? 0, how).toBeGreaterThan(0);
});

test("and nothing that opens anything is in the log", () => {
  const log = logged.join("");
  expect([...forbidden].filter(([text]) => log.includes(text)).map(([, what]) => what)).toEqual([]);
});
