import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Action, Bugs } from "./action.ts";
import { violationsOf } from "./invariants.ts";
import { Run } from "./run.ts";
import { STORIES } from "./stories.ts";
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
      tool: fc.nat(4),
      args: fc.nat(3),
      finding: fc.option(fc.nat(1), { freq: 2 }),
      key: fc.option(fc.nat(1), { freq: 3 }),
      supersede: fc.integer({ min: 0, max: 2 }).map((nth) => nth === 0),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("end" as const),
      which: fc.nat(5),
      fate: fc.oneof(fc.constant("done" as const), fc.constantFrom(...FATES)),
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

/** A run keeps to some of the tools, so that calls get in each other's way. */
const scene = fc.record({
  tools: fc.constantFrom([0, 1], [0, 1], [2], [3], [4], [0, 1, 2, 3, 4]),
  actions: fc.array(action, { minLength: 4, maxLength: 40 }),
});
type Scene = { readonly tools: readonly number[]; readonly actions: readonly Action[] };

const EXAMPLES: [Scene][] = STORIES.map((actions) => [{ tools: [0, 1, 2, 3, 4], actions }]);

async function play({ tools, actions }: Scene, bugs: Bugs = {}): Promise<Run> {
  const run = new Run(bugs);
  for (const step of actions) {
    const tool = step.do === "call" ? (tools[step.tool % tools.length] as number) : 0;
    await run.act(step.do === "call" ? { ...step, tool } : step);
  }
  await run.drain();
  return run;
}

function property(bugs: Bugs) {
  return fc.asyncProperty(scene, async (played) => {
    const violations = violationsOf(await play(played, bugs));
    if (violations.length > 0) throw new Error(violations.join("\n"));
  });
}

describe("the model of effects", () => {
  it(`finds no violation in ${RUNS} runs`, { timeout: 2 ** 31 - 1 }, async () => {
    await fc.assert(property({}), { seed: SEED, numRuns: RUNS, examples: EXAMPLES });
  });

  it("reaches the states that matter", async () => {
    const reached = new Set<string>();
    for (const played of [...fc.sample(scene, { seed: SEED, numRuns: 400 }), ...EXAMPLES.flat()]) {
      const { disk } = await play(played);
      for (const { decision } of disk.journal) reached.add(decision);
      for (const { beside, supersedes, dispatch_order } of disk.operations) {
        if (beside !== null) reached.add("asked again");
        if (supersedes !== null && dispatch_order !== null) reached.add("repeated on purpose");
      }
    }
    for (const state of [
      ...["succeeded", "failed_safe", "unknown", "probing", "needs_operator"],
      ...["approved", "denied", "expired", "abandoned", "asked again", "repeated on purpose"],
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
    "a caller's key in the target of a creation": { key_in_target: true },
    "a match that ignores the urgency": { ignored: ["urgency"] },
    "a match that ignores the title": { ignored: ["title"] },
    "a match that outlives a later change of its facet": { outlives_later: true },
    "a low page that waits for approval and answers a high one": { waiting_answers: true },
    "a low page sent meanwhile that ends an approved high one": { meanwhile_ends: true },
    "a creation that is sent without the match taken again": { one_match: true },
    "a release that doesn't wait for a containment that was superseded in doubt": {
      superseded_is_over: true,
    },
  };

  it.each(Object.keys(BUGS))("%s", async (name) => {
    const found = await fc.check(property(BUGS[name] ?? {}), {
      seed: SEED,
      numRuns: 5_000,
      examples: EXAMPLES,
    });
    expect(found.failed).toBe(true);
  });
});
