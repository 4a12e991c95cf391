/**
 * Whether this instance is configured for what a tool needs. A vendor that an organisation doesn't have is no
 * mistake, and a mistake with one vendor's variables is no reason to do without the others.
 */
import { Failure } from "../path/failure.ts";
import { CREDENTIALS, type CredentialName, credentialOf } from "./credentials.ts";
import { settingsProblems } from "./crowdstrike/settings.ts";
import { elasticProblems } from "./elastic/settings.ts";
import { sourceProblems } from "./intelligence/settings.ts";
import { jiraProblems } from "./jira/settings.ts";
import { oktaProblems } from "./okta/settings.ts";
import { pagerdutyProblems } from "./pagerduty/settings.ts";
import { tenableProblems } from "./tenable/settings.ts";

/** One vendor's variables, by the name that its credentials give the vendor. */
interface Connector {
  readonly base: keyof Env;
  readonly problems: (env: Env) => readonly string[];
}

const CONNECTORS: Readonly<Record<string, Connector>> = {
  crowdstrike: { base: "CROWDSTRIKE_BASE_URL", problems: settingsProblems },
  elastic: { base: "ELASTIC_BASE_URL", problems: elasticProblems },
  epss: { base: "EPSS_BASE_URL", problems: sourceProblems("EPSS_BASE_URL") },
  jira: { base: "JIRA_BASE_URL", problems: jiraProblems },
  kev: { base: "CISA_KEV_BASE_URL", problems: sourceProblems("CISA_KEV_BASE_URL") },
  nvd: { base: "NVD_BASE_URL", problems: sourceProblems("NVD_BASE_URL") },
  okta: { base: "OKTA_BASE_URL", problems: oktaProblems },
  osv: { base: "OSV_BASE_URL", problems: sourceProblems("OSV_BASE_URL") },
  pagerduty: { base: "PAGERDUTY_BASE_URL", problems: pagerdutyProblems },
  tenable: { base: "TENABLE_BASE_URL", problems: tenableProblems },
};

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

const known = new WeakMap<Env, ReadonlyMap<string, Readiness>>();

/** How a credential's own variables, and those of its vendor, stand. Found once for each isolate. */
export function readinessOf(env: Env, name: CredentialName): Readiness {
  return readinesses(env).get(name) ?? READY;
}

/** What is wrong with the variables of all vendors that are in use: sentences that name the variable. */
export function connectorProblems(env: Env): readonly string[] {
  return [...new Set([...readinesses(env).values()].flatMap(({ problems }) => problems))];
}

/** Why a credential can't be used on this instance, or `null` if it can. */
export function unready(env: Env, name: CredentialName): Failure | null {
  const { state } = readinessOf(env, name);
  if (state === "ready") return null;
  const { title } = credentialOf(name).vendor;
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

function readinesses(env: Env): ReadonlyMap<string, Readiness> {
  const found = known.get(env);
  if (found !== undefined) return found;
  const made = new Map(
    Object.values(CREDENTIALS).map((credential) => {
      const connector = CONNECTORS[credential.vendor.name];
      if (connector === undefined) throw new TypeError(`${credential.vendor.name} has no settings`);
      if (isUnused(env, connector)) return [credential.name, UNUSED] as const;
      const problems = [...connector.problems(env), ...credential.problems(env)];
      return [credential.name, problems.length === 0 ? READY : ({ state: "broken", problems } as const)];
    }),
  );
  known.set(env, made);
  return made;
}

function isUnused(env: Env, { base }: Connector): boolean {
  if (env[base]) return false;
  const prefix = String(base).replace(/BASE_URL$/, "");
  const values = env as unknown as Readonly<Record<string, unknown>>;
  return !Object.keys(values).some(
    (name) => name.startsWith(prefix) && SECRET.test(name) && Boolean(values[name]),
  );
}
