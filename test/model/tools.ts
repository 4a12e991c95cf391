import { z } from "zod";
import { folded } from "../../src/effect/machine/creation.ts";
import { operationKey } from "../../src/effect/machine/operation.ts";
import type { Claim } from "../../src/effect/protocol.ts";
import {
  type AnyChangePort,
  type ChangeTool,
  changeSpec,
  changeTool,
  type Target,
} from "../../src/toolkit/change.ts";
import type { JsonObject } from "../../src/toolkit/json.ts";
import { credentialOf } from "../support/deployed.ts";
import { DEADLINE_MS, SETTLE_MS } from "./vendor.ts";

/** How long a success answers. Short, so that a run can outlive it. */
export const WINDOW_MS = 120_000;

/** What the model's changes act on. */
export const TARGET = { kind: "device", id: "model" };

const FACE = {
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: true },
  capability: "devices",
  scope: "devices:contain",
  countermeasure: null,
  window_ms: WINDOW_MS,
  reversed_by: null,
  output: z.unknown(),
} as const;

const port = (repeat: "same" | "adds", landing_ms: number | null): AnyChangePort => ({
  credential: credentialOf("crowdstrike.contain"),
  read_credential: credentialOf("crowdstrike.read"),
  class: "probe",
  repeat,
  deadline_ms: DEADLINE_MS,
  landing_ms: () => landing_ms,
  inspect: () => Promise.reject(new Error("the model looks by itself")),
  request: () => ({ operation: "none", method: "POST", path: "/" }),
  conclude: () => Promise.reject(new Error("the model concludes by itself")) as never,
});

function containment(name: string, network: string, reversed_by: string): ChangeTool {
  const spec = changeSpec({
    ...FACE,
    ...{ name, title: name, description: name, reversed_by },
    input: z.strictObject({}),
    target: () => TARGET,
    sets: () => ({ network }),
  });
  return changeTool(spec, { crowdstrike: port("same", SETTLE_MS) });
}

/** Sets two facets or one, and shares neither with the containment. */
const update = changeTool(
  changeSpec({
    ...FACE,
    ...{ name: "update", title: "update", description: "update" },
    input: z.strictObject({ status: z.string().optional(), owner: z.string().optional() }),
    target: () => TARGET,
    sets: (input) => input as JsonObject,
  }),
  { crowdstrike: port("same", SETTLE_MS) },
);

function creation(name: string, landing_ms: number | null, rather_twice: boolean): ChangeTool {
  const spec = changeSpec({
    ...FACE,
    ...{ name, title: name, description: name },
    input: z.strictObject({ title: z.string(), urgency: z.string() }),
    target: null,
    creates: {
      title: ({ title }) => title,
      ...(rather_twice ? { rather_twice } : {}),
    },
    sets: () => ({}),
  });
  return changeTool(spec, { crowdstrike: { ...port("adds", landing_ms), answers_while: ["open"] } });
}

/** A page may be sent twice; a ticket's vendor gives no bound for late landings. */
const TOOLS: readonly ChangeTool[] = [
  containment("contain", "isolated", "release"),
  containment("release", "normal", "contain"),
  update,
  creation("page", SETTLE_MS, true),
  creation("ticket", null, false),
];
const BY_NAME = new Map(TOOLS.map((tool) => [tool.name, tool]));

const UPDATES: readonly JsonObject[] = [
  { status: "closed" },
  { status: "open" },
  { owner: "rosa" },
  { status: "closed", owner: "rosa" },
];
const THINGS: readonly JsonObject[] = [
  { title: "One", urgency: "low" },
  { title: "One", urgency: "high" },
  { title: "Two", urgency: "low" },
  { title: "Two", urgency: "high" },
];
const FINDINGS = ["f1", "f2"] as const;

/** A tool of the model by its name. */
export function modelTool(name: string): ChangeTool {
  const found = BY_NAME.get(name);
  if (found === undefined) throw new TypeError(name);
  return found;
}

/** What a call of the model is about. */
export type Asked = Pick<Claim, "tool" | "target" | "key" | "sets" | "title" | "finding_id" | "input">;

/** What a call asks for. @param key_in_target the planted bug: a caller's key that a creation's target is named for */
export function asked(
  call: { readonly tool: number; readonly args: number; readonly finding: number | null },
  key_in_target: string | null = null,
): Asked {
  const tool = TOOLS[call.tool % TOOLS.length] as ChangeTool;
  const { name, creates } = tool;
  const examples = creates !== undefined ? THINGS : name === "update" ? UPDATES : [{}];
  const input = examples[call.args % examples.length] as JsonObject;
  const creation: Target = { kind: "creation", id: [name, key_in_target ?? []].flat().join("/") };
  const target = tool.target?.(input) ?? creation;
  const title = creates === undefined ? null : folded(creates.title(input));
  const finding_id = call.finding === null ? null : (FINDINGS[call.finding % FINDINGS.length] as string);
  const sets = tool.sets(input);
  const identity = title === null ? { sets, says: {} } : { finding_id, title };
  return {
    tool: name,
    target,
    key: operationKey("acme", name, target, identity),
    sets,
    title,
    finding_id,
    input,
  };
}
