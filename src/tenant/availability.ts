/** What keeps a tool from being used: what an administrator has switched off, and what isn't configured here. */
import type { Env } from "../bindings.ts";
import { readinessOf, unready } from "../downstream/readiness.ts";
import { readGatePolicy } from "../policy/policy-document.ts";
import type { AnyChangePort } from "../toolkit/change.ts";
import { Failure } from "../toolkit/failure.ts";
import { credentialsOf, type Tool } from "../toolkit/tool.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import type { Switches } from "./protocol.ts";

/** The credentials that a call must do without, each with the failure that asking through it ends in. */
export type Missing = ReadonlyMap<Credential, Failure>;

/**
 * Whether a tool can be used now. A read that asks several sources goes on with those that are left, and says
 * whom it couldn't ask; a change goes on if one source can make it: see {@link requirePort}.
 * @throws Failure `tool_disabled`
 */
export function requireAvailable(env: Env, tool: Tool, switches: Switches): Missing {
  if (switches.disabled_tools.includes(tool.name)) throw disabled(tool, null);
  const needed = credentialsOf(tool);
  const also = tool.kind === "read" ? (tool.also ?? []) : [];
  const missing = new Map(
    [...needed, ...also].flatMap((credential) => {
      const failure = switches.disabled_credentials.includes(credential.name)
        ? disabled(tool, credential.name)
        : unready(env, credential);
      return failure === null ? [] : [[credential, failure] as const];
    }),
  );
  const [first] = missing.values();
  const ways = tool.kind === "read" ? needed.map((one) => [one]) : [...tool.ports.values()].map(through);
  const usable = ways.some((way) => way.every((credential) => !missing.has(credential)));
  if (first !== undefined && ways.length > 0 && !usable) throw first;
  if (tool.kind === "change" && !readGatePolicy(env.GATE_POLICY).ok) throw noPolicy();
  return missing;
}

/** @throws Failure `tool_disabled` if the source that is to make a change is one that must be done without */
export function requirePort(missing: Missing, port: AnyChangePort): void {
  const [refusal] = through(port).flatMap((credential) => missing.get(credential) ?? []);
  if (refusal !== undefined) throw refusal;
}

function through({ credential, read_credential }: AnyChangePort): Credential[] {
  return [credential, read_credential];
}

/** False for a tool that this instance can never answer, because it uses none of the vendors that it asks. */
export function isOffered(env: Env, tool: Tool): boolean {
  const needed = credentialsOf(tool);
  return needed.length === 0 || needed.some((credential) => readinessOf(env, credential).state !== "unused");
}

function noPolicy(): Failure {
  return new Failure(
    "tool_disabled",
    "This instance's policy for state changes isn't valid, so none is made. Nothing was done.",
    { next_step: "Ask the people who run this instance: /healthz says what is wrong with GATE_POLICY." },
  );
}

/** An administrator has switched the tool, or a credential that it needs, off. */
function disabled(tool: Tool, credential: string | null): Failure {
  const what = credential === null ? tool.name : `${credential}, which ${tool.name} needs,`;
  return new Failure("tool_disabled", `${what} is switched off by an administrator. Nothing was done.`, {
    next_step: "Ask an administrator of this instance, or do without it.",
  });
}
