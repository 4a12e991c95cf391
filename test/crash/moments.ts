/**
 * The moments at which an instance is killed. Each can be seen from outside: at the vendor, on the wire, at the
 * client or in the store. The Worker knows nothing of them.
 */
import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../../lab/estate/random.ts";
import { effects, fault, faults } from "../lab/support/estate.ts";
import type { AuditStore } from "./audit-store.ts";
import type { CrashEngine } from "./engine.ts";
import type { Relay } from "./relay.ts";

/** What a moment can be seen by. */
export interface Scene {
  readonly random: Random;
  readonly engine: CrashEngine;
  /** Between the Worker and the vendor. */
  readonly vendor: Relay;
  /** Between one of the clients and the Worker. */
  readonly front: Relay;
  readonly store: AuditStore;
  /** How many effects there were before. */
  readonly effects: number;
  /** Aborted when nobody waits for the moment any more. */
  readonly signal: AbortSignal;
}

/** Makes ready for a moment before there is load, and returns what waits for it once there is. */
type Moment = (scene: Scene) => Promise<(calls: readonly Promise<unknown>[]) => Promise<unknown>>;

/** The consumer gets its batch a second after the first event. */
const FLUSHED_MS = 800;
/** Longer than any kill is waited for. */
const LONG_MS = 600_000;
const ACTION_PATH = "/crowdstrike/devices/entities/devices-actions/v2";
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

/** A vendor that may misbehave, and any time, or right after something that can be seen. */
const atRandom: Moment = async ({ random, engine: { lab }, effects: before }) => {
  for (let n = random.integer(0, 2); n > 0; n--) await fault(lab, random.pick(FAULTS));
  const time = random.integer(0, 900);
  const after = random.pick(["time", "time", "effect", "answer"] as const);
  return (calls) => {
    if (after === "effect") return effects(lab, before + 1);
    return after === "answer" ? Promise.any(calls) : delay(time);
  };
};

/** By name, and in the order of an operation's life. */
export const MOMENTS = {
  random: atRandom,
  /** The request has left, so the intent is durable. It never arrives. */
  after_intent: async ({ vendor }) => {
    const held = vendor.holdRequest(ACTION_PATH);
    return () => held;
  },
  /** Some of these land while nobody is there, and some after the restart. */
  vendor_works: async ({ random, engine: { lab } }) => {
    await fault(lab, { ...ACTION, mode: "slow", delay_ms: random.pick([200, 1_000, 4_500]) });
    return () => faults(lab, 1);
  },
  after_effect: async ({ engine: { lab }, effects: before }) => {
    await fault(lab, { ...ACTION, mode: "hold_after_effect", delay_ms: LONG_MS });
    return () => effects(lab, before + 1);
  },
  before_answer: async ({ front }) => {
    const given = front.holdAnswer("/mcp");
    return () => given;
  },
  /** What was answered is on disk, and on its way from there through the queue. The store doesn't have it yet. */
  during_flush: async ({ random, engine, store }) => {
    const ms = random.integer(0, FLUSHED_MS);
    return async (calls) => {
      await Promise.any(calls);
      await delay(ms);
      const last = engine.answers.at(-1)?.answer.audit_id;
      if (typeof last !== "string" || store.holds(last)) throw new Error("too late");
    };
  },
  /** The store has just taken the consumer's batch, and no object has seen it there. */
  inside_consumer: async ({ store, signal }) => {
    const arrived = store.arrival(signal);
    return () => arrived;
  },
} as const satisfies Readonly<Record<string, Moment>>;

export type MomentName = keyof typeof MOMENTS;

/** Random moments come up as often as three named ones. */
export function pickMoment(random: Random): MomentName {
  const names = Object.keys(MOMENTS) as MomentName[];
  return random.pick(["random", "random", ...names]);
}
