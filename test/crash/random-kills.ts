import { setTimeout as delay } from "node:timers/promises";
import { type Random, seeded } from "../../lab/estate/random.ts";
import { effects, fault, faults } from "../lab/support/estate.ts";
import type { Agent } from "./agent.ts";
import { CrashEngine } from "./engine.ts";
import { type Evidence, operationsOf } from "./evidence.ts";
import { violations } from "./invariants.ts";
import { Load } from "./load.ts";

/** A kill that waits for something to happen doesn't wait longer than this. */
const PATIENCE_MS = 1_500;
/** What was claimed last is given up after 30 s; lost events are sent again at longer and longer intervals. */
const SETTLED_WITHIN_MS = 120_000;

const ENVIRONMENT = {
  // Longer than any request is held back here: by then it has landed or never will.
  CROWDSTRIKE_SETTLE_MS: "5000",
  // However much somebody changes, nobody has to approve it.
  GATE_POLICY: JSON.stringify({
    version: "crash-test",
    rules: [{ when: { roles: ["responder"] }, decision: "go", because: "responders may act alone here" }],
  }),
};

const ACTION = { operation: "PerformActionV2", times: 1 };
const LOOK = { operation: "PostDeviceDetailsV2", times: 1 };
const FAULTS = [
  { ...ACTION, mode: "slow", delay_ms: 200 },
  { ...ACTION, mode: "slow", delay_ms: 4_500 },
  { ...ACTION, mode: "hold_after_effect", delay_ms: 300 },
  { ...ACTION, mode: "hold_after_effect", delay_ms: 4_500 },
  { ...ACTION, mode: "reset" },
  { ...ACTION, mode: "reset", delay_ms: 400 },
  { ...ACTION, mode: "drop_after_effect" },
  { ...ACTION, mode: "error_after_effect" },
  { ...ACTION, mode: "status", status: 500 },
  { ...ACTION, mode: "rate_limit", delay_ms: 300 },
  { ...ACTION, mode: "malformed" },
  { ...ACTION, mode: "drift" },
  { mode: "expire_tokens" },
  { ...LOOK, mode: "slow", delay_ms: 400 },
  { ...LOOK, mode: "status", status: 503 },
  { operation: "oauth2AccessToken", mode: "slow", delay_ms: 300, times: 1 },
] as const;

/** What came of it. */
export interface Summary {
  readonly seed: number;
  readonly kills: number;
  /** From the load before a kill to the restart after it, on average. */
  readonly ms_a_kill: number;
  /** Calls that were answered, by the clients' own word, and calls that a kill cut off. */
  readonly answered: number;
  readonly lost: number;
  readonly effects: number;
  /** Operations by how they ended: state and evidence. */
  readonly operations: Readonly<Record<string, number>>;
  /** Operations whose outcome was in doubt at some time. */
  readonly in_doubt: number;
  /** Operations that were sent once more, after it was proven that nothing had come of them. */
  readonly sent_again: number;
  /** What doesn't hold. */
  readonly violations: readonly string[];
}

/**
 * Kills an instance at random moments under load, always on the same state. What can be drawn is drawn from
 * `seed`; what the machine's own timing decides, isn't.
 */
export async function killAtRandom(seed: number, kills: number): Promise<Summary> {
  const random = seeded(seed);
  const engine = await CrashEngine.start(ENVIRONMENT);
  try {
    const load = new Load(random, engine, await signIn(engine));
    const began_at = Date.now();
    for (let kill = 0; kill < kills; kill++) await killOnce(random, engine, load);
    const ms_a_kill = Math.round((Date.now() - began_at) / kills);
    await load.finish(SETTLED_WITHIN_MS);
    const evidence = await engine.evidence(SETTLED_WITHIN_MS);
    const { code, said } = await engine.verify();
    const unverified = code === 0 ? [] : [`the audit doesn't verify: ${said}`];
    const found = [...violations(evidence), ...load.failed, ...unverified];
    return { seed, kills, ms_a_kill, lost: load.lost, ...summaryOf(evidence), violations: found };
  } finally {
    await engine.dispose();
  }
}

/** Two people with three clients each, of both eras. */
async function signIn(engine: CrashEngine): Promise<Agent[]> {
  const agents: Agent[] = [];
  for (const user of ["responder", "responder2"]) {
    for (const era of ["2026-07-28", "2025-11-25", "2026-07-28"] as const) {
      agents.push(await engine.agent(user, { era }));
    }
  }
  return agents;
}

/** Load, with a vendor that may misbehave; a kill, at some time or when something has just happened; a restart. */
async function killOnce(random: Random, engine: CrashEngine, load: Load): Promise<void> {
  const { lab } = engine;
  const sofar = await effects(lab);
  for (let n = random.integer(0, 2); n > 0; n--) await fault(lab, random.pick(FAULTS));
  const calls = load.ask(sofar);
  const ended = Promise.allSettled(calls);
  const happened = {
    time: () => delay(random.integer(0, 900)),
    effect: () => effects(lab, sofar.length + 1),
    fault: () => faults(lab, 1),
    answer: () => Promise.any(calls),
  }[random.pick(["time", "effect", "fault", "answer"] as const)]();
  await Promise.race([happened.catch(() => undefined), delay(PATIENCE_MS)]);
  await engine.kill();
  await ended;
  await fetch(`${lab.url}/faults`, { method: "DELETE" });
  await engine.restart();
}

function summaryOf(evidence: Evidence) {
  const operations = [...operationsOf(evidence).values()];
  const ends = Map.groupBy(operations, ({ last }) =>
    [last.decision, last.detail?.evidence].filter(Boolean).join(" "),
  );
  const count = (state: string, { transitions }: (typeof operations)[number]) =>
    transitions.filter(({ decision }) => decision === state).length;
  return {
    answered: evidence.answers.length,
    effects: evidence.effects.length,
    operations: Object.fromEntries([...ends].map(([end, of]) => [end, of.length])),
    in_doubt: operations.filter((operation) => count("unknown", operation) > 0).length,
    sent_again: operations.filter((operation) => count("executing", operation) > 1).length,
  };
}
