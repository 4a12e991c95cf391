/** Puts honest and hostile load on an instance. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startInstance } from "../../cli/local/instance.ts";
import { freePort } from "../../cli/local/ports.ts";
import { signIn } from "../../cli/oauth-client.ts";
import { startLab } from "../../lab/lab.ts";
import { type Account, account } from "./accounts.ts";
import { countBy, type Met, metBy, type Service, serviceOf } from "./figures.ts";
import { HONEST, type HonestAgent, honestAgent, scopesOf } from "./honest.ts";
import { attacks, flood, HOSTILE_SCOPES } from "./hostile.ts";
import { runPhase, type Sample } from "./phase.ts";
import { type Lane, Wire } from "./wire.ts";

/** The limits of the instance under load. Those of wrangler.toml, unless a short run needs lower ones to reach. */
export const LIMITS = {
  LIMIT_SESSION_PER_MINUTE: "600",
  LIMIT_PERSON_PER_MINUTE: "1200",
  LIMIT_SESSION_IN_FLIGHT: "64",
};

/** An honest agent's pace: half of what one session may do. */
const PER_SECOND = 5;
/** Who attacks from inside. Nobody honest shares this person's limits. */
const INTRUDER = "approver";
const DEVICES_EACH = 3;

export interface LoadOptions {
  /** Of the mixed load. */
  readonly seconds: number;
  /** Of the honest load before it, to compare with. */
  readonly quiet_seconds: number;
  /** Part of all requests that are hostile, from 0 to 1. */
  readonly hostile: number;
  readonly limits?: typeof LIMITS;
}

/** What a run came to. */
export interface LoadReport {
  readonly quiet: Service;
  readonly mixed: Service;
  /** Served honest callers under attack, as a ratio to the quiet before. */
  readonly success_ratio: number;
  readonly hostile_requests: number;
  readonly hostile: Readonly<Record<string, Met>>;
  /** Answers in no published form, by what is wrong with them. */
  readonly formless: Readonly<Record<string, number>>;
  /** Honest requests that weren't served, by what they got instead. */
  readonly unserved: Readonly<Record<string, number>>;
  readonly audit: Account;
  /** What didn't hold, in words. Empty if all did. */
  readonly broken: readonly string[];
}

/** Starts an instance with a lab of its own, puts load on it, and tells how it fared. Leaves nothing behind. */
export async function load(options: LoadOptions): Promise<LoadReport> {
  const stateDir = await mkdtemp(join(tmpdir(), "sallyport-load-"));
  const lab = await startLab({ port: 0, stateDir });
  try {
    const limits = options.limits ?? LIMITS;
    const port = await freePort();
    const instance = await startInstance({ port, stateDir, labUrl: lab.url, environment: limits });
    try {
      const [quiet, mixed] = await phases(`${instance.url}/mcp`, lab.url, options, limits);
      return report(quiet, mixed, await account(stateDir, [...quiet, ...mixed]));
    } finally {
      await instance.dispose();
    }
  } finally {
    await lab.close();
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function phases(
  mcpUrl: string,
  labUrl: string,
  { seconds, quiet_seconds, hostile }: LoadOptions,
  limits: typeof LIMITS,
): Promise<[Sample[], Sample[]]> {
  const agents = await honestAgents(mcpUrl, labUrl);
  const intruder = async (lane: Lane) => connect(mcpUrl, lane, INTRUDER, HOSTILE_SCOPES);
  const [modern, legacy, flooding] = [await intruder("2026"), await intruder("2025"), await intruder("2026")];
  const kinds = attacks(modern, legacy);
  const attacked = Math.round((seconds * PER_SECOND * agents.length * hostile) / (1 - hostile));
  // Half as much again as a session may send at once; where there are too few hostile requests for that, none.
  const size = Math.ceil((Number(limits.LIMIT_SESSION_PER_MINUTE) / 6) * 1.5);
  const floods = attacked >= size + kinds.length;
  const common = { per_second: PER_SECOND, agents, attacks: kinds };
  const quiet = await runPhase({ ...common, seconds: quiet_seconds, attacked: 0, flood: null });
  const mixed = await runPhase({
    ...common,
    seconds,
    attacked: floods ? attacked - size : attacked,
    flood: floods ? { attack: flood(flooding), size } : null,
  });
  return [quiet, mixed];
}

async function honestAgents(mcpUrl: string, labUrl: string): Promise<HonestAgent[]> {
  const devices = await calmDevices(labUrl);
  const agents: HonestAgent[] = [];
  for (const [nth, { user, lane }] of HONEST.entries()) {
    const wire = await connect(mcpUrl, lane, user, scopesOf(user));
    const own = devices.slice(nth * DEVICES_EACH, (nth + 1) * DEVICES_EACH);
    agents.push(honestAgent(`${user} ${lane}`, wire, own, user !== "viewer"));
  }
  return agents;
}

async function connect(mcpUrl: string, lane: Lane, user: string, scope: string): Promise<Wire> {
  const { access_token } = await signIn({ mcpUrl, user, scope, clientName: `Load ${user} ${lane}` });
  return new Wire(lane, mcpUrl, access_token).begin();
}

/** Devices that an agent may contain without asking anybody. */
async function calmDevices(labUrl: string): Promise<string[]> {
  const { hosts } = (await (await fetch(`${labUrl}/estate`)).json()) as {
    hosts: { id: string; online: boolean; criticality: string }[];
  };
  const calm = hosts.filter(({ online, criticality }) => online && ["low", "medium"].includes(criticality));
  if (calm.length < HONEST.length * DEVICES_EACH)
    throw new Error(`the lab has only ${calm.length} calm devices`);
  return calm.map(({ id }) => id);
}

function report(quiet: readonly Sample[], mixed: readonly Sample[], audit: Account): LoadReport {
  const all = [...quiet, ...mixed];
  const figures = {
    quiet: serviceOf(quiet),
    mixed: serviceOf(mixed),
    hostile: metBy(mixed),
    formless: countBy(
      all.filter(({ formless }) => formless !== null),
      ({ from, formless }) => `${from}: ${formless}`,
    ),
    unserved: countBy(
      all.filter(({ honest, as_due }) => honest && !as_due),
      ({ from, status, said }) => `${from}: ${status} ${said?.code ?? said?.status ?? ""}`,
    ),
  };
  const success_ratio = figures.mixed.served / figures.quiet.served;
  const otherwise = Object.entries(figures.hostile).filter(([, met]) => met.otherwise > 0);
  const broken = [
    ...Object.entries(figures.formless).map(([what, times]) => `${times} × ${what}`),
    ...otherwise.map(([kind, { answers }]) => `${kind} was met with ${JSON.stringify(answers)}`),
    ...(audit.lost > 0 ? [`${audit.lost} calls are missing from the audit`] : []),
    ...(audit.verified ? [] : [`the audit doesn't verify: ${audit.verification}`]),
    ...(success_ratio < 1
      ? [`honest callers were served ${success_ratio} as well as without the attack`]
      : []),
  ];
  const hostile_requests = mixed.filter(({ honest }) => !honest).length;
  return { ...figures, success_ratio, hostile_requests, audit, broken };
}
