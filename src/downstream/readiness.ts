/**
 * Whether this instance is configured for what a tool needs. A vendor that an organisation doesn't have is no
 * mistake, and a mistake with one vendor's variables is no reason to do without the others.
 */
import type { Env } from "../bindings.ts";
import { Failure } from "../toolkit/failure.ts";
import { problemsIn } from "../toolkit/settings.ts";
import type { Credential } from "../toolkit/upstream/credential.ts";
import type { Vendor } from "../toolkit/upstream/vendor.ts";

/** How the variables that a credential depends on stand. */
export interface Readiness {
  readonly state: "ready" | "unused" | "broken";
  /** What is wrong: sentences that name the variable. Only where it is broken. */
  readonly problems: readonly string[];
}

const READY: Readiness = { state: "ready", problems: [] };
const UNUSED: Readiness = { state: "unused", problems: [] };

/** One secret of a vendor's, set: then the vendor is meant to be used. */
const SECRET = /_(CLIENT_ID|CLIENT_SECRET|PRIVATE_KEY|API_KEY|API_TOKEN|EMAIL|ACCESS_KEY|SECRET_KEY)$/;

const known = new WeakMap<Env, Map<Credential, Readiness>>();

/** How a credential's own variables, and those of its vendor, stand. Found once for each isolate. */
export function readinessOf(env: Env, credential: Credential): Readiness {
  const found = known.get(env) ?? new Map<Credential, Readiness>();
  known.set(env, found);
  const readiness = found.get(credential) ?? readinessIn(env, credential);
  found.set(credential, readiness);
  return readiness;
}

/** What is wrong with the variables of all vendors that are in use: sentences that name the variable. */
export function connectorProblems(env: Env, credentials: readonly Credential[]): readonly string[] {
  return [...new Set(credentials.flatMap((credential) => readinessOf(env, credential).problems))];
}

/** Why a credential can't be used on this instance, or `null` if it can. */
export function unready(env: Env, credential: Credential): Failure | null {
  const { state } = readinessOf(env, credential);
  if (state === "ready") return null;
  const { title } = credential.vendor;
  return state === "unused"
    ? new Failure("tool_disabled", `This instance doesn't use ${title}, so it was not asked.`, {
        next_step: "Do without it, or ask the people who run this instance to connect it.",
        attempts: 0,
      })
    : new Failure(
        "tool_disabled",
        `${title} is not configured rightly on this instance, so it was not asked.`,
        {
          next_step:
            "Ask the people who run this instance: /healthz names the variable that is missing or wrong.",
          attempts: 0,
        },
      );
}

function readinessIn(env: Env, { vendor, secrets }: Credential): Readiness {
  if (isUnused(env, vendor)) return UNUSED;
  const found = [...problemsIn(vendor.settings, env), ...problemsIn(secrets, env)];
  return found.length === 0 ? READY : { state: "broken", problems: found };
}

function isUnused(env: Env, { name, settings }: Vendor): boolean {
  const values = env as unknown as Readonly<Record<string, unknown>>;
  const base = Object.keys(settings.shape).find((variable) => variable.endsWith("_BASE_URL"));
  if (base === undefined) throw new TypeError(`${name} has no setting that says where it is`);
  if (values[base]) return false;
  const prefix = base.replace(/BASE_URL$/, "");
  return !Object.keys(values).some(
    (variable) => variable.startsWith(prefix) && SECRET.test(variable) && Boolean(values[variable]),
  );
}
