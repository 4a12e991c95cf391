/** What keeps a tool from being used: what an administrator has switched off, and what isn't configured here. */
import type { CredentialName } from "../connectors/credentials.ts";
import { readinessOf, unready } from "../connectors/readiness.ts";
import type { Switches } from "../tenant/protocol.ts";
import { Failure } from "./failure.ts";
import { readGatePolicy } from "./policy-document.ts";
import { disabled } from "./refusals.ts";
import { credentialsOf, type Tool } from "./tool.ts";

/** The credentials that a call must do without, each with the failure that asking through it ends in. */
export type Missing = ReadonlyMap<CredentialName, Failure>;

/**
 * Whether a tool can be used now. A read that asks several sources goes on with those that are left, and says
 * whom it couldn't ask; everything else needs all of its credentials.
 * @throws Failure `tool_disabled`
 */
export function requireAvailable(env: Env, tool: Tool, switches: Switches): Missing {
  if (switches.disabled_tools.includes(tool.name)) throw disabled(tool, null);
  const needed = credentialsOf(tool);
  const missing = new Map(
    needed.flatMap((name) => {
      const failure = switches.disabled_credentials.includes(name)
        ? disabled(tool, name)
        : unready(env, name);
      return failure === null ? [] : [[name, failure] as const];
    }),
  );
  const [first] = missing.values();
  const whole = tool.kind === "change" || missing.size === needed.length;
  if (first !== undefined && whole) throw first;
  if (tool.kind === "change" && !readGatePolicy(env.GATE_POLICY).ok) throw noPolicy();
  return missing;
}

/** False for a tool that this instance can never answer, because it uses none of the vendors that it asks. */
export function isOffered(env: Env, tool: Tool): boolean {
  const needed = credentialsOf(tool);
  return needed.length === 0 || needed.some((name) => readinessOf(env, name).state !== "unused");
}

function noPolicy(): Failure {
  return new Failure(
    "tool_disabled",
    "This instance's policy for state changes isn't valid, so none is made. Nothing was done.",
    { next_step: "Ask the people who run this instance: /healthz says what is wrong with GATE_POLICY." },
  );
}
