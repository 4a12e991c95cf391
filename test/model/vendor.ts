import type { Operation } from "../../src/effect/machine/operation.ts";
import { answerLost } from "../../src/effect/machine/refusals.ts";
import type { Dispatching, Ending, ReadingBack, Ready } from "../../src/effect/ports.ts";
import type { ReadbackResult } from "../../src/effect/proof/readback.ts";
import type { Holding } from "../../src/effect/protocol.ts";
import type { ChangeTool } from "../../src/toolkit/change.ts";
import { Failure, publicError } from "../../src/toolkit/failure.ts";
import type { JsonObject } from "../../src/toolkit/json.ts";

export const DEADLINE_MS = 10_000;
/** The vendor's own word: a request of ours lands, and can be seen, within this after its deadline, or never. */
export const SETTLE_MS = 20_000;
/** How far what a read shows may lag behind what is so. Part of the bound above. */
export const LAG_MS = 5_000;

/** What becomes of a request that has left. */
export const FATES = [
  "done",
  "refused",
  "error_before",
  "error_after",
  "cut_before",
  "cut_after",
  "token_refused",
] as const;
export type Fate = (typeof FATES)[number];
const ACTING: readonly Fate[] = ["done", "error_after", "cut_after"];

/** What the vendor did, and for which dispatch. */
export interface Effect {
  readonly operation_id: string;
  readonly at: number;
  /** What it changed: facets of the device, or what it created. */
  readonly sets: JsonObject;
  readonly input: JsonObject;
}

/** The `data` that an operation answers with. */
export function dataOf({ tool, input }: Pick<Operation, "tool" | "input">): string {
  return JSON.stringify({ tool, ...input });
}

/** How the device was before anybody changed it. */
const UNTOUCHED: JsonObject = { network: "normal", status: "new", owner: "nobody" };

/** One device at a vendor, and what was created there. Its clock is the true one. */
export class ModelVendor {
  readonly effects: Effect[] = [];

  /** A request lands. Whoever sent it may be long gone. */
  land(operation: Operation, fate: Fate, at: number): void {
    if (!ACTING.includes(fate)) return;
    const { id: operation_id, sets, input } = operation;
    this.effects.push({ operation_id, at, sets, input });
  }

  /** Whether what an operation wants is so, whatever reads show. */
  isSo(operation: Operation): boolean {
    return this.shows(operation, Number.POSITIVE_INFINITY);
  }

  /** What a read at `at` shows: how things were a while ago. What was created is found by its operation. */
  shows({ id, title, sets }: Operation, at: number): boolean {
    const seen = this.effects.filter((effect) => effect.at <= at - LAG_MS);
    if (title !== null) return seen.some(({ operation_id }) => operation_id === id);
    const in_order = seen.toSorted((a, b) => a.at - b.at);
    const state: JsonObject = Object.assign({}, UNTOUCHED, ...in_order.map((effect) => effect.sets));
    return Object.entries(sets).every(([facet, value]) => state[facet] === value);
  }
}

/** Something that the object awaits, held back until the model lets it end. */
export interface Pending {
  readonly kind: "prepare" | "send" | "read" | "gate";
  readonly operation: Operation;
  /** True time at which it began. */
  readonly since: number;
  /** The life of the object that awaits it. */
  readonly life: number;
  readonly end: (fate: Fate) => void;
  /** What the vendor has answered already, though nobody has heard it yet. */
  readonly fate?: Fate;
}

/** What the model holds back. */
export interface Wire {
  readonly life: number;
  hold(kind: Pending["kind"], operation: Operation): Promise<Fate>;
  shows(operation: Operation): boolean;
}

/** The way to the vendor in one life of the object. */
export class ModelDispatcher implements Dispatching<Ready> {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async prepare(operation: Operation): Promise<Ready> {
    if ((await this.#wire.hold("prepare", operation)) === "cut_before") {
      throw new Failure("upstream_unavailable", "no token to be had", { next_step: "again" });
    }
    return { token: "token", unconfirmed: false };
  }

  async send(operation: Operation): Promise<Ending> {
    const { fence } = operation;
    const fate = await this.#wire.hold("send", operation);
    switch (fate) {
      case "done":
        return {
          transition: { type: "succeed", fence, evidence: "answered", data: dataOf(operation) },
          token_refused: false,
        };
      case "refused":
      case "token_refused": {
        const error = publicError(new Failure("rate_limited", "not now", { next_step: "later" }));
        return { transition: { type: "fail_safe", fence, error }, token_refused: fate === "token_refused" };
      }
      default:
        return { transition: { type: "lose", fence, error: answerLost() }, token_refused: false };
    }
  }
}

/** The way back in one life of the object. */
export class ModelReadback implements ReadingBack {
  readonly #wire: Wire;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async read(_tool: ChangeTool, operation: Operation): Promise<ReadbackResult> {
    const fate = await this.#wire.hold("read", operation);
    if (fate !== "done") return { reading: "failed" };
    return this.#wire.shows(operation)
      ? { reading: "present", data: dataOf(operation), in_effect: true }
      : { reading: "absent", data: null };
  }

  holding(): Promise<Holding> {
    return Promise.resolve({ still_in_effect: "unknown", differences: [] });
  }

  forget(): void {}
}
