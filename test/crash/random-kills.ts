import { setTimeout as delay } from "node:timers/promises";
import { type Random, seeded } from "../../lab/estate/random.ts";
import { effects } from "../lab/support/estate.ts";
import type { Agent } from "./agent.ts";
import { AuditStore } from "./audit-store.ts";
import { CrashEngine } from "./engine.ts";
import { asAudited } from "./evidence.ts";
import { repeatedActions, type Violation, violations } from "./invariants.ts";
import { Load } from "./load.ts";
import { MOMENTS, type MomentName, pickMoment, type Scene } from "./moments.ts";
import { Relay } from "./relay.ts";
import { type Summary, summaryOf } from "./summary.ts";

/** A kill doesn't wait longer than this for its moment. The consumer begins a second after the first event. */
const PATIENCE_MS = 3_000;
/** What was claimed last is given up after 30 s; lost events are sent again after up to five minutes. */
const SETTLED_WITHIN_MS = 400_000;
/** Tokens last an hour. */
const TOKENS_MS = 30 * 60_000;

const SETTINGS = {
  // Longer than any request is held back here: by then it has landed or never will.
  CROWDSTRIKE_SETTLE_MS: "5000",
  // However much somebody changes, nobody has to approve it.
  GATE_POLICY: JSON.stringify({
    version: "crash-test",
    rules: [{ when: { roles: ["responder"] }, decision: "go", because: "responders may act alone here" }],
  }),
};

/** How a run is going. */
export interface Tally {
  readonly kills: number;
  readonly ms_a_kill: number;
  /** Kills by the moment that they hit. */
  readonly moments: Readonly<Partial<Record<MomentName, number>>>;
  readonly answered: number;
  /** Calls that a kill cut off. */
  readonly lost: number;
  /** How often somebody signed in again, because a kill had cost them their sign-in. */
  readonly signed_in_again: number;
  readonly effects: number;
  /** What can be seen to be wrong without waiting for everything to come to rest. */
  readonly wrong: readonly string[];
}

/** What a run is told and tells. */
export interface Kills {
  readonly kills: number;
  readonly seed: number;
  /** Aborted to have no more kills: what happened until then is compared all the same. */
  readonly signal?: AbortSignal;
  readonly onKill?: (tally: Tally) => void;
  /** Takes what the runtime says. */
  readonly log?: (line: string) => void;
}

/**
 * Kills an instance at random moments and at named ones under load, always on the same state. What can be drawn is
 * drawn from `seed`; what the machine's own timing decides, isn't.
 */
export async function killAtRandom(options: Kills): Promise<Summary> {
  const { seed, kills, signal, onKill } = options;
  const runtime = new Alerts(options.log);
  const [vendor, front] = await Promise.all([Relay.open(), Relay.open()]);
  const environment = { ...SETTINGS, CROWDSTRIKE_BASE_URL: `${vendor.url}/crowdstrike` };
  const engine = await CrashEngine.start(environment, { log: runtime.take });
  try {
    vendor.target = engine.lab.url;
    front.target = engine.instance.url;
    const store = new AuditStore(engine.instance.stateDir);
    const run = new Run(seeded(seed), { engine, vendor, front, store }, await signIn(engine, front));
    let tokens_at = Date.now();
    while (run.kills < kills && signal?.aborted !== true) {
      if (Date.now() > tokens_at + TOKENS_MS) {
        await engine.refreshTokens();
        tokens_at = Date.now();
      }
      const tally = await run.killOnce();
      onKill?.(tally);
    }
    store.close();
    const found = await run.end();
    const evidence = await engine.evidence(SETTLED_WITHIN_MS);
    const { code, said } = await engine.verify();
    if (code !== 0) found.push({ promise: "audit_gaps", what: `the audit doesn't verify: ${said}` });
    found.push(...runtime.wrong().map((what) => ({ promise: "audit_gaps" as const, what })));
    return summaryOf(seed, run.tally(), evidence, [...violations(evidence), ...found]);
  } finally {
    await engine.dispose();
    vendor.close();
    front.close();
  }
}

/** Two people with three clients each, of both eras. The first comes by way of `front`. */
async function signIn(engine: CrashEngine, front: Relay): Promise<[Agent, ...Agent[]]> {
  const first = await engine.agent("responder", { origin: front.url });
  const agents: [Agent, ...Agent[]] = [first];
  for (const [user, era] of [
    ["responder", "2025-11-25"],
    ["responder", "2026-07-28"],
    ["responder2", "2026-07-28"],
    ["responder2", "2025-11-25"],
    ["responder2", "2026-07-28"],
  ] as const) {
    agents.push(await engine.agent(user, { era }));
  }
  return agents;
}

/** What a run is made of. */
type Stage = Pick<Scene, "engine" | "vendor" | "front" | "store">;

/** One run's kills, and what was seen of them. */
class Run {
  kills = 0;
  readonly #random: Random;
  readonly #stage: Stage;
  readonly #first: Agent;
  readonly #load: Load;
  readonly #moments: Partial<Record<MomentName, number>> = {};
  #spent_ms = 0;
  #effects = 0;
  #wrong: string[] = [];
  /** Who signed in again in the round before. */
  #anew: ReadonlySet<string> = new Set();

  constructor(random: Random, stage: Stage, agents: readonly [Agent, ...Agent[]]) {
    this.#random = random;
    this.#stage = stage;
    this.#first = agents[0];
    this.#load = new Load(random, stage.engine, agents);
  }

  /** Load, a moment, a kill, and the instance again. */
  async killOnce(): Promise<Tally> {
    const { engine, vendor, front } = this.#stage;
    const began_at = Date.now();
    const sofar = asAudited(await effects(engine.lab));
    this.#effects = sofar.length;
    this.#wrong = repeatedActions({ effects: sofar });
    const patience = new AbortController();
    const name = pickMoment(this.#random);
    const come = await MOMENTS[name]({
      ...this.#stage,
      random: this.#random,
      effects: sofar.length,
      signal: patience.signal,
    });
    const calls = this.#load.ask(sofar, this.#first);
    const ended = Promise.allSettled(calls);
    const came = come(calls).then(
      () => true,
      () => false,
    );
    const hit = await Promise.race([came, delay(PATIENCE_MS, false, { signal: patience.signal })]);
    engine.crash();
    patience.abort();
    this.kills += 1;
    // A moment that didn't come leaves a kill at no particular one.
    const moment = hit ? name : "random";
    this.#moments[moment] = (this.#moments[moment] ?? 0) + 1;
    vendor.cut();
    front.cut();
    await ended;
    await fetch(`${engine.lab.url}/faults`, { method: "DELETE" });
    await engine.up();
    await this.#signInAgain();
    this.#spent_ms += Date.now() - began_at;
    return this.tally();
  }

  /** Agents that were signed out sign in again; to be signed out in the next round as well is a failure. */
  async #signInAgain(): Promise<void> {
    const names = [...this.#load.signed_out];
    this.#load.signed_out.clear();
    for (const name of names) {
      if (this.#anew.has(name)) this.#load.failed.push(`${name} was signed out again at once`);
      await this.#stage.engine.signInAgain(name);
    }
    this.#anew = new Set(names);
  }

  /** Everybody asks until they know. @returns what went wrong without a kill to explain it */
  async end(): Promise<Violation[]> {
    const unfinished = await this.#load.finish(SETTLED_WITHIN_MS).then(
      () => [],
      (thrown: unknown) => [String(thrown)],
    );
    this.#effects = (await effects(this.#stage.engine.lab)).length;
    return [...this.#load.failed, ...unfinished].map((what) => ({ promise: "failures", what }));
  }

  tally(): Tally {
    return {
      kills: this.kills,
      ms_a_kill: Math.round(this.#spent_ms / Math.max(1, this.kills)),
      moments: this.#moments,
      answered: this.#stage.engine.answers.length,
      lost: this.#load.lost,
      signed_in_again: this.#stage.engine.signed_in_again,
      effects: this.#effects,
      wrong: [...this.#wrong, ...this.#load.failed],
    };
  }
}

/** What the runtime said that no kill explains. */
const NEVER = ["audit_conflict", "audit_dead_letter", "operation_end_not_recorded"];

/** Listens to what the runtime says. */
class Alerts {
  readonly #wrong: string[] = [];
  readonly take: (line: string) => void;

  constructor(log: (line: string) => void = () => {}) {
    this.take = (line) => {
      if (NEVER.some((name) => line.includes(`"alert":"${name}"`))) this.#wrong.push(line);
      log(line);
    };
  }

  wrong(): readonly string[] {
    return this.#wrong;
  }
}
