/** The gate's policy as a document that a tenant may replace. */

import * as z from "zod";
import type { Env } from "../bindings.ts";
import { ROLES } from "../toolkit/scopes.ts";
import { DEFAULT_POLICY, type Policy } from "./policy.ts";

const Criticality = z.enum(["low", "medium", "high", "critical"]);

const Condition = z.strictObject({
  tools: z.array(z.string().min(1)).min(1).optional(),
  countermeasures: z
    .array(z.enum(["isolate", "restore", "evict"]))
    .min(1)
    .optional(),
  roles: z.array(z.enum(ROLES)).min(1).optional(),
  criticality: z.array(Criticality).min(1).optional(),
  administrator: z.boolean().optional(),
  count_over: z.int().min(0).optional(),
});

const Document = z.strictObject({
  version: z.string().min(1).max(64),
  unknown_criticality: Criticality.optional(),
  rules: z
    .array(
      z.strictObject({
        when: Condition,
        decision: z.enum(["go", "confirmation", "approval"]),
        because: z.string().min(3).max(200),
      }),
    )
    .max(200),
});

const read = new Map<string, PolicyReading>();

/** A document, or what is wrong with it. */
export type PolicyReading =
  | { readonly ok: true; readonly policy: Policy }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the variable GATE_POLICY. Empty means the default policy. */
export function readGatePolicy(text: string): PolicyReading {
  if (text.trim() === "") return { ok: true, policy: DEFAULT_POLICY };
  const known = read.get(text);
  if (known !== undefined) return known;
  const reading = parse(text);
  read.set(text, reading);
  return reading;
}

/** The policy in force. @throws TypeError if the document isn't valid, which no instance starts with */
export function policyOf(env: Env): Policy {
  const reading = readGatePolicy(env.GATE_POLICY);
  if (!reading.ok) throw new TypeError(reading.problems.join("; "));
  return reading.policy;
}

function parse(text: string): PolicyReading {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, problems: ["GATE_POLICY must be JSON: see docs/policy.md"] };
  }
  const parsed = Document.safeParse(json);
  // Absent conditions and conditions set to undefined mean the same to whoever reads a rule.
  if (parsed.success) return { ok: true, policy: parsed.data as Policy };
  const problems = parsed.error.issues.map(
    ({ path, message }) => `GATE_POLICY.${path.map(String).join(".")}: ${message}`,
  );
  return { ok: false, problems };
}
