import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action, Bugs } from "./action.ts";
import { violationsOf } from "./invariants.ts";
import { Run } from "./run.ts";
import { FATES } from "./vendor.ts";

/** Committed, so that a failure can be seen again; `MODEL_SEED` and `MODEL_RUNS` take their place. */
const SEED = Number(process.env.MODEL_SEED ?? 20_261_122);
const RUNS = Number(process.env.MODEL_RUNS ?? 3_000);

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("call" as const),
      person: fc.nat(2),
      tool: fc.nat(1),
      key: fc.option(fc.nat(1), { freq: 3 }),
      supersede: fc.boolean(),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      which: fc.nat(5),
      fate: fc.constantFrom(...FATES, "done" as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("wait" as const),
      ms: fc.constantFrom(10, 400, 2_000, 11_000, 31_000, 130_000),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ do: "alarm" as const }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("crash" as const), zombie: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("skew" as const), ms: fc.integer({ min: -500, max: 500 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant("decide" as const), yes: fc.boolean(), by: fc.nat(1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("settle" as const), happened: fc.boolean() }) },
);

const CALL: Action = { do: "call", person: 0, tool: 0, key: null, supersede: false };
const end = (which: number): Action => ({ do: "end", which, fate: "done" });

/**
 * A life that stands still while its request is refused; a new one that proves absence and sends again; and then the
 * old one goes on with the answer to the first request. Chance comes by this too rarely.
 */
const ZOMBIE: Action[] = [
  ...[CALL, end(0), end(0)],
  ...[{ do: "crash", zombie: true } as const, { do: "wait", ms: 11_000 } as const],
  ...[
    { do: "alarm" } as const,
    end(1),
    { do: "wait", ms: 31_000 } as const,
    { do: "alarm" } as const,
    end(1),
  ],
  ...[CALL, end(1), end(1)],
  ...[end(0), end(0)],
];

/** Somebody's look stands still while others act; by when it goes on, their dispatch is long past, but not before it. */
const OLD_LOOK: Action[] = [
  ...[{ ...CALL, person: 2, tool: 1 }, end(0)],
  { ...CALL, tool: 1 },
  ...[{ ...CALL, person: 1 }, end(1), end(1), end(1)],
  ...[{ do: "wait", ms: 130_000 } as const, end(0)],
];

async function play(actions: readonly Action[], bugs: Bugs = {}): Promise<string[]> {
  const run = new Run(bugs);
  for (const step of actions) await run.act(step);
  await run.drain();
  return violationsOf(run);
}

function property(bugs: Bugs) {
  return fc.asyncProperty(fc.array(action, { minLength: 4, maxLength: 40 }), async (actions) => {
    const violations = await play(actions, bugs);
    if (violations.length > 0) throw new Error(violations.join("\n"));
  });
}

describe("the model of effects", () => {
  it(`finds no violation in ${RUNS} runs`, { timeout: 2 ** 31 - 1 }, async () => {
    await fc.assert(property({}), { seed: SEED, numRuns: RUNS, examples: [[ZOMBIE], [OLD_LOOK]] });
  });

  it("reaches the states that matter", async () => {
    const reached = new Set<string>();
    for (const actions of fc.sample(fc.array(action, { minLength: 20, maxLength: 40 }), {
      seed: SEED,
      numRuns: 400,
    })) {
      const run = new Run();
      for (const step of actions) await run.act(step);
      await run.drain();
      for (const { decision } of run.disk.journal) reached.add(decision);
    }
    for (const state of [
      "succeeded",
      "failed_safe",
      "unknown",
      "probing",
      "approved",
      "denied",
      "expired",
      "abandoned",
    ]) {
      expect(reached).toContain(state);
    }
  });
});

describe("the model finds a planted bug", () => {
  const BUGS: Record<string, Bugs> = {
    "a time bucket in the key": { key: (key, now) => `${key}/${Math.floor(now / 20_000)}` },
    "an intent that is written after the effect": { write_after_effect: true },
    "a look at the target that is trusted however old it is": { stale_look: true },
    "an asynchronous hash in the chain": { async_hash: true },
    "a run-out lease taken for absence": { lease_expiry_is_absence: true },
    "a retry of a request that timed out": { retry_of_timeouts: true },
    "a look before what has landed can be seen": { early_look: true },
    "a fence that a zombie may ignore": { one_fence: true },
  };

  it.each(Object.keys(BUGS))("%s", async (name) => {
    const found = await fc.check(property(BUGS[name] ?? {}), {
      seed: SEED,
      numRuns: 5_000,
      examples: [[ZOMBIE]],
    });
    expect(found.failed).toBe(true);
  });
});
