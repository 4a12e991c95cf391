/** The gate: who may do what at once, and what needs another person. Pure, and data. */
import type { Role } from "./scopes.ts";
import type { TargetAttributes } from "./tool.ts";

/** What the gate decides. */
export type Decision =
  | { readonly decision: "go" }
  | { readonly decision: "hold"; readonly for: "confirmation" | "approval"; readonly because: string };

/** What the gate looks at. */
export interface GateFacts {
  readonly tool: string;
  readonly roles: readonly Role[];
  readonly attributes: TargetAttributes;
  /** State changes of this person within {@link COUNT_WINDOW_MS}, this one included. */
  readonly count: number;
}

/** A rule applies if everything it names holds. The first that applies decides. */
export interface Rule {
  readonly when: {
    readonly tools?: readonly string[];
    readonly roles?: readonly Role[];
    readonly criticality?: readonly NonNullable<TargetAttributes["criticality"]>[];
    readonly administrator?: boolean;
    readonly count_over?: number;
  };
  readonly decision: "go" | "confirmation" | "approval";
  /** For whoever decides, and for the audit. */
  readonly because: string;
}

export interface Policy {
  readonly version: string;
  readonly rules: readonly Rule[];
}

/** The time over which a person's state changes are counted, in milliseconds. */
export const COUNT_WINDOW_MS = 10 * 60_000;

export const DEFAULT_POLICY: Policy = {
  version: "default-1",
  rules: [
    {
      when: { tools: ["contain_device", "release_device"], criticality: ["high", "critical"] },
      decision: "approval",
      because: "the device is of high or critical criticality",
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
  const rule = policy.rules.find(({ when }) => applies(when, facts));
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
 */
export function newlyHeld(policy: Policy, facts: GateFacts, then: TargetAttributes): string | null {
  for (const { when, decision, because } of policy.rules) {
    if (!applies(when, facts)) continue;
    if (decision === "go") return null;
    if (decision === "approval" && !applies(when, { ...facts, attributes: then })) return because;
  }
  return null;
}

function applies(when: Rule["when"], facts: GateFacts): boolean {
  const { criticality, administrator } = facts.attributes;
  return (
    (when.tools === undefined || when.tools.includes(facts.tool)) &&
    (when.roles === undefined || when.roles.some((role) => facts.roles.includes(role))) &&
    (when.criticality === undefined ||
      (criticality !== undefined && when.criticality.includes(criticality))) &&
    // Not known is not "no".
    (when.administrator === undefined ||
      when.administrator === (administrator !== false && administrator !== undefined)) &&
    (when.count_over === undefined || facts.count > when.count_over)
  );
}
