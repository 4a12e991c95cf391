/** Reads a change's target back at the vendor, and says whether the wanted effect is there. */
import type { Env } from "../../bindings.ts";
import { inspected } from "../../capabilities/ports.ts";
import { upstreamFor } from "../../downstream/client.ts";
import { type ChangeTool, portOf } from "../../toolkit/change.ts";
import { typed } from "../../toolkit/typed.ts";
import { holdingOf } from "../machine/holding.ts";
import type { Operation } from "../machine/operation.ts";
import type { ReadingBack } from "../ports.ts";
import type { Holding } from "../protocol.ts";

/** What a read of the target showed, with the tool's `data` as JSON text. */
export type ReadbackResult =
  | {
      readonly reading: "present";
      readonly data: string;
      readonly in_effect: boolean;
      /** Of a thing that was created: its state, in the vendor's own word. */
      readonly state?: string | undefined;
    }
  /** `data`: the target as it is instead, or `null` where it has yet to be created. */
  | { readonly reading: "absent"; readonly data: string | null }
  | { readonly reading: "failed" };

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
  readonly #still = new Map<string, { readonly value: Holding; readonly until: number }>();

  constructor(env: Env) {
    this.#env = env;
  }

  /** One read of the operation's target. Never rejects: a read that fails shows nothing. */
  async read(
    tool: ChangeTool,
    operation: Operation,
    how: typeof STILL | typeof PROBE = PROBE,
  ): Promise<ReadbackResult> {
    // Without its arguments nobody knows what to read.
    if (operation.given_up !== null) return { reading: "failed" };
    try {
      const { trace_id } = operation;
      const port = portOf(tool, operation.target);
      const upstream = upstreamFor(this.#env, port.read_credential, { ...how, trace_id });
      const seen = await inspected(port, operation.input, {
        env: this.#env,
        upstream,
        operation_id: operation.id,
      });
      // A target that is gone shows nothing about what our request did to it.
      if (!seen.exists) return { reading: "failed" };
      // A state that we can't name may be the wanted one.
      if (!seen.in_effect && seen.unsure === true) return { reading: "failed" };
      const data = seen.data === null ? null : JSON.stringify(typed(tool, seen.data));
      if (data === null || !(seen.in_effect || seen.landed)) return { reading: "absent", data };
      return seen.in_effect
        ? { reading: "present", data, in_effect: true, state: seen.state ?? undefined }
        : { reading: "present", data, in_effect: false };
    } catch {
      return { reading: "failed" };
    }
  }

  /** Whether what a succeeded operation brought about still holds. */
  async holding(tool: ChangeTool, operation: Operation): Promise<Holding> {
    const now = Date.now();
    const remembered = this.#still.get(operation.id);
    if (remembered !== undefined && now < remembered.until) return remembered.value;
    const generation = this.#generation;
    const seen = await this.read(tool, operation, STILL);
    const value = holdingOf(portOf(tool, operation.target).answers_while, operation, seen);
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
