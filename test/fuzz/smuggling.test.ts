import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { localEnvironment } from "../../cli/local/local-environment.ts";
import { inputJsonSchema, parseInput, takeApart } from "../../src/path/input.ts";
import { Failure } from "../../src/toolkit/failure.ts";
import type { Principal } from "../../src/toolkit/principal.ts";
import type { ReadTool } from "../../src/toolkit/read.ts";
import type { Tool } from "../../src/toolkit/tool.ts";
import type { Credential } from "../../src/toolkit/upstream/credential.ts";
import { buildRequest } from "../../src/toolkit/upstream/exchange.ts";
import { unavailable } from "../../src/toolkit/upstream/failures.ts";
import type { Upstream, UpstreamRequest } from "../../src/toolkit/upstream/upstream.ts";
import { changeAt, TOOLS } from "../support/deployed.ts";
import { SETTINGS } from "../support/settings.ts";
import { hostileText, SMUGGLED } from "./hostile.ts";
import { formOf } from "./request-form.ts";

const SEED = 20_261_122;
const OPERATION_ID = "op_019ab0c2-7c3e-7d1a-8f0e-1234567890ab_AAAAAAAAAAAAAAAA";

const env = {
  ...SETTINGS,
  JIRA_PROJECT: "SEC",
  JIRA_ISSUE_TYPE: "Task",
  PAGERDUTY_SERVICE_ID: "PSEC001",
  CROWDSTRIKE_UNASSIGNED_CRITICALITY: "high",
  OKTA_LOG_LAG_MS: "1000",
  ...localEnvironment({ publicUrl: "http://localhost:8787", labUrl: "http://localhost:8790" }),
} as unknown as Env;

/** A vendor that answers nothing and keeps what it was asked. */
class Listener implements Upstream {
  readonly asked: Request[] = [];
  readonly #credential: Credential;

  constructor(credential: Credential) {
    this.#credential = credential;
  }

  get source(): string {
    return this.#credential.vendor.name;
  }

  hear(request: UpstreamRequest): void {
    const sending = { request_id: "r", signal: AbortSignal.timeout(60_000) };
    this.asked.push(buildRequest(env, this.#credential, request, "token", sending));
  }

  read(request: UpstreamRequest): Promise<never> {
    this.hear(request);
    return Promise.reject(unavailable(this.#credential.vendor));
  }

  readWithHeaders(request: UpstreamRequest): Promise<never> {
    return this.read(request);
  }

  readList(request: UpstreamRequest): Promise<never> {
    return this.read(request);
  }
}

/** The forms of what a call asks vendors; `null` where the arguments are refused before anybody is asked. */
async function formsOf(tool: Tool, args: object): Promise<string[] | null> {
  let input: ReturnType<typeof parseInput>;
  try {
    input = parseInput(tool, args);
  } catch {
    return null;
  }
  const listeners: Listener[] = [];
  const listen = (credential: Credential) => {
    const listener = new Listener(credential);
    listeners.push(listener);
    return listener;
  };
  await ask(tool, input, listen).catch((thrown: unknown) => {
    if (!(thrown instanceof Failure) || thrown.kind === "internal") throw thrown;
  });
  return Promise.all(listeners.flatMap(({ asked }) => asked).map(formOf));
}

async function ask(
  tool: Tool,
  input: ReturnType<typeof parseInput>,
  listen: (credential: Credential) => Listener,
): Promise<void> {
  if (tool.kind === "read") {
    const context = { env, principal: {} as Principal, now: 0, upstream: listen, progress: () => undefined };
    await (tool as ReadTool).run(input, context);
    return;
  }
  const { own } = takeApart(input);
  const { credential, read_credential, request, inspect } = changeAt(tool.name);
  listen(credential).hear(request(own, OPERATION_ID, env));
  await inspect(own, listen(read_credential), env, OPERATION_ID);
}

/** What people write, in every form that some argument has. */
const HONEST: readonly unknown[] = [
  "10.20.0.11",
  "word",
  "two words",
  "lines\nof text",
  "paragraphs\n\nof\nlines",
  "SEC-12",
  "2026-11-22T10:00:00Z",
  "CVE-2021-44228",
  "0123456789abcdef0123456789abcdef",
  "0123456789abcdef".repeat(4),
  "01234567-89ab-cdef-0123-456789abcdef",
  "00u1ero7vZFVEIYLWPBN",
  "high",
  ["high"],
  ["0123456789abcdef".repeat(4)],
  "0123456789".repeat(4),
  ...["Ada", "ada@corp.example", "Ada@corp.example", "ada@Corp.example", "CORP\\ada"],
  ...["10.0.0.*", "10.0.0.0/24", "10.0.0.0/22", "10.0.0.4/31", "2001:db8::1", "host*", "host.corp.example"],
  ...["00:00:5e:00:53:0a", "00005e00530a"],
  ...[["new"], ["closed"]],
  ...["open", "new", "normal", "active", "success", "low", "windows", 25],
];

/** A control's questions are its own: nothing of the call is in them. */
const asking = TOOLS.filter(
  (tool) => tool.name !== "check_control" && (tool.kind === "change" || tool.credentials.length > 0),
);

/** Of each argument, what honest people give. A cursor that we didn't give out is refused before anybody is asked. */
function honestArguments(tool: Tool): Map<string, readonly unknown[]> {
  const { properties } = inputJsonSchema(tool) as { properties: Record<string, object> };
  const own: Readonly<Record<string, z.ZodType>> = tool.input.shape;
  const names = Object.keys(properties).filter((name) => name !== "cursor" && name !== "supersedes");
  return new Map(
    names.map((name) => [name, HONEST.filter((value) => (own[name] ?? z.string()).safeParse(value).success)]),
  );
}

function textsFor(tool: Tool, name: string): string[] {
  const { properties } = inputJsonSchema(tool) as { properties: Record<string, { pattern?: string }> };
  const pattern = properties[name]?.pattern;
  const fitting = pattern === undefined ? hostileText : fc.stringMatching(new RegExp(pattern));
  return [
    ...SMUGGLED,
    ...[hostileText, fitting].flatMap((text) => fc.sample(text, { seed: SEED, numRuns: 60 })),
  ];
}

/** How many requests there were to look at: most texts are refused before there is one. */
let heard = 0;

describe("no argument changes what is asked of a vendor, only about what", () => {
  test.each(asking)("of $name", async (tool) => {
    const honest = honestArguments(tool);
    const { required = [] } = inputJsonSchema(tool) as { required?: string[] };
    const all = Object.fromEntries([...honest].map(([name, [value]]) => [name, value]));
    const least = Object.fromEntries(Object.entries(all).filter(([name]) => required.includes(name)));
    for (const [name, values] of honest) {
      for (const others of [least, all]) {
        const forms = await Promise.all(values.map((value) => formsOf(tool, { ...others, [name]: value })));
        const known = new Set(forms.flatMap((asked) => asked ?? []));
        expect(known.size, `${name} has an honest value`).toBeGreaterThan(0);
        for (const text of textsFor(tool, name)) {
          for (const form of (await formsOf(tool, { ...others, [name]: text })) ?? []) {
            heard += 1;
            expect(known.has(form), `${name} ${JSON.stringify(text)} asks ${form}`).toBe(true);
          }
        }
      }
    }
  });

  test("and many texts were let through to be looked at", () => {
    expect(heard).toBeGreaterThan(1_000);
  });

  test("the look at requests tells a question from another", async () => {
    const form = (query: string) => formOf(new Request(`http://vendor/api/v1/users/00u1${query}`));
    const plain = await form('?filter=status eq "ACTIVE"');
    expect(await form('?filter=status eq "LOCKED_OUT"')).toBe(plain);
    for (const other of [
      '?filter=status eq "ACTIVE" or id sw "0"',
      '?filter=status sw "ACTIVE"',
      '/roles?filter=status eq "ACTIVE"',
      '?filter=status eq "ACTIVE"&limit=1',
    ]) {
      expect(await form(other)).not.toBe(plain);
    }
  });
});
