/** The gate: who may do what at once, and what needs another person. Pure, and data. */

import type { Countermeasure, TargetAttributes } from "../toolkit/change.ts";
import type { Role } from "../toolkit/scopes.ts";

/** What the gate decides. */
export type Decision =
  | { readonly decision: "go" }
  | { readonly decision: "hold"; readonly for: "confirmation" | "approval"; readonly because: string };

/** What the gate looks at. */
export interface GateFacts {
  readonly tool: string;
  readonly countermeasure: Countermeasure | null;
  readonly roles: readonly Role[];
  readonly attributes: TargetAttributes;
  /** State changes of this person within {@link COUNT_WINDOW_MS}, this one included. */
  readonly count: number;
}

/** A criticality that a rule can name. */
export type TargetCriticality = Exclude<NonNullable<TargetAttributes["criticality"]>, "unknown">;

/** A rule applies if everything it names holds. The first that applies decides. */
export interface Rule {
  readonly when: {
    readonly tools?: readonly string[];
    readonly countermeasures?: readonly Countermeasure[];
    readonly roles?: readonly Role[];
    readonly criticality?: readonly TargetCriticality[];
    readonly administrator?: boolean;
    readonly count_over?: number;
  };
  readonly decision: "go" | "confirmation" | "approval";
  /** For whoever decides, and for the audit. */
  readonly because: string;
}

export interface Policy {
  readonly version: string;
  /** What a target counts as that nobody has rated. By default `high`. */
  readonly unknown_criticality?: TargetCriticality;
  readonly rules: readonly Rule[];
}

/** The time over which a person's state changes are counted, in milliseconds. */
export const COUNT_WINDOW_MS = 10 * 60_000;

export const DEFAULT_POLICY: Policy = {
  version: "default-2",
  rules: [
    {
      when: { countermeasures: ["isolate", "restore", "evict"], criticality: ["high", "critical"] },
      decision: "approval",
      because: "the target is of high, critical or unknown criticality",
    },
    { when: { administrator: true }, decision: "approval", because: "the target is an administrator" },
    {
      when: { count_over: 20 },
      decision: "approval",
      because: "this person made more than 20 state changes within ten minutes",
    },
    { when: { roles: ["responder"] }, decision: "go", because: "a responder may act on this target" },
  ],
};

/** What `policy` says. Where no rule applies, another person decides. */
export function decide(policy: Policy, facts: GateFacts): Decision {
  const rule = decisive(policy, facts);
  if (rule?.decision === "go") return { decision: "go" };
  return {
    decision: "hold",
    for: rule?.decision ?? "approval",
    because: rule?.because ?? "this role may not act without approval",
  };
}

/**
 * Why another person has to decide, by a rule that holds a target as it is now and didn't hold it as it was `then`; or
 * `null`. What is decided already isn't asked for twice.
 * @param given who decided: another person, or only the one who asked
 */
export function newlyHeld(
  policy: Policy,
  facts: GateFacts,
  then: TargetAttributes,
  given: "confirmation" | "approval",
): string | null {
  if (given === "confirmation") return beyondConfirmation(policy, facts, then);
  const now = criticalityOf(policy, facts.attributes);
  const before = criticalityOf(policy, then);
  for (const { when, decision, because } of policy.rules) {
    if (!applies(when, facts, now)) continue;
    if (decision === "go") return null;
    if (decision === "approval" && !applies(when, { ...facts, attributes: then }, before)) return because;
  }
  return null;
}

/** One's own word carries nothing that another rule, or none, now leaves to somebody else. */
function beyondConfirmation(policy: Policy, facts: GateFacts, then: TargetAttributes): string | null {
  if (decisive(policy, facts) === decisive(policy, { ...facts, attributes: then })) return null;
  const needed = decide(policy, facts);
  return needed.decision === "hold" && needed.for === "approval" ? needed.because : null;
}

function decisive(policy: Policy, facts: GateFacts): Rule | undefined {
  const criticality = criticalityOf(policy, facts.attributes);
  return policy.rules.find(({ when }) => applies(when, facts, criticality));
}

/** How much a target matters to `policy`, which says what one counts as that nobody has rated. */
function criticalityOf(
  { unknown_criticality = "high" }: Policy,
  { criticality }: TargetAttributes,
): TargetCriticality | undefined {
  return criticality === "unknown" ? unknown_criticality : criticality;
}

function applies(when: Rule["when"], facts: GateFacts, criticality: TargetCriticality | undefined): boolean {
  const { administrator } = facts.attributes;
  return (
    (when.tools === undefined || when.tools.includes(facts.tool)) &&
    (when.countermeasures === undefined ||
      (facts.countermeasure !== null && when.countermeasures.includes(facts.countermeasure))) &&
    (when.roles === undefined || when.roles.some((role) => facts.roles.includes(role))) &&
    (when.criticality === undefined ||
      (criticality !== undefined && when.criticality.includes(criticality))) &&
    // Not known is not "no".
    (when.administrator === undefined ||
      when.administrator === (administrator !== false && administrator !== undefined)) &&
    (when.count_over === undefined || facts.count > when.count_over)
  );
}
