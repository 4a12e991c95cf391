import { upstreamFor } from "../downstream/client.ts";
import type { ChangeTool } from "../path/tool.ts";
import { typed } from "../path/typed.ts";
import type { Operation } from "./operation.ts";
import type { ReadingBack } from "./ports.ts";
import type { Reading } from "./probing.ts";
import type { StillInEffect } from "./protocol.ts";

/** What a read of the target showed, with the tool's `data` as JSON text where the state was as wanted. */
export type ReadbackResult =
  | { readonly reading: "present"; readonly data: string; readonly in_effect: boolean }
  | { readonly reading: Exclude<Reading, "present"> };

/** How long a replay waits to learn whether its effect still holds. */
const STILL_DEADLINE_MS = 1_000;
/** How long that knowledge serves further replays. */
const STILL_LIFE_MS = 5_000;
/** Whoever asks again may do so without end, so that comes out of what everything gets. */
const STILL = { deadline_ms: STILL_DEADLINE_MS, purpose: "anything" } as const;
/** A probe isn't waited for by anybody, but must not hold the object's alarm for long. */
const PROBE = { deadline_ms: 10_000, purpose: "change" } as const;

/** Reads targets back with the tool's read credential. */
export class Readback implements ReadingBack {
  readonly #env: Env;
  #generation = 0;
  readonly #still = new Map<string, { readonly value: StillInEffect; readonly until: number }>();

  constructor(env: Env) {
    this.#env = env;
  }

  /** One read of the operation's target. Never rejects: a read that fails shows nothing. */
  async read(
    tool: ChangeTool,
    operation: Operation,
    how: typeof STILL | typeof PROBE = PROBE,
  ): Promise<ReadbackResult> {
    try {
      const { trace_id } = operation;
      const upstream = upstreamFor(this.#env, tool.read_credential, { ...how, trace_id });
      const seen = await tool.inspect(operation.input, upstream, this.#env, operation.id);
      // A target that is gone shows nothing about what our request did to it.
      if (!seen.exists) return { reading: "failed" };
      if (!seen.in_effect && seen.unsure === true) return { reading: "failed" };
      if (!seen.in_effect && seen.landed !== true) return { reading: "absent" };
      const { in_effect } = seen;
      return { reading: "present", data: JSON.stringify(typed(tool, seen.data)), in_effect };
    } catch {
      return { reading: "failed" };
    }
  }

  /** Whether the state that a succeeded operation brought about still holds. */
  async stillInEffect(tool: ChangeTool, operation: Operation): Promise<StillInEffect> {
    const now = Date.now();
    const remembered = this.#still.get(operation.id);
    if (remembered !== undefined && now < remembered.until) return remembered.value;
    const generation = this.#generation;
    const seen = await this.read(tool, operation, STILL);
    const value = seen.reading === "failed" ? "unknown" : seen.reading === "present" && seen.in_effect;
    // What was read while the target changed may be older than the change.
    if (generation === this.#generation) {
      this.#still.clear();
      this.#still.set(operation.id, { value, until: now + STILL_LIFE_MS });
    }
    return value;
  }

  /** Forgets what was read: the target is about to change. */
  forget(): void {
    this.#generation += 1;
    this.#still.clear();
  }
}
