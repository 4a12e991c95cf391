/** What the store couldn't take in as an event: reported to the tenant's object, and open until somebody has looked. */
import * as z from "zod";
import { eventHash } from "./chain-head.ts";

const hash = z.string();

const conflict = z.object({
  kind: z.literal("conflict"),
  chain: z.string(),
  seq: z.number(),
  stored_hash: hash,
  offered_hash: hash,
  seen_by: z.enum(["consumer", "object"]),
});

const deadLetter = z.object({
  kind: z.literal("dead_letter"),
  /** The queue's id of the message. */
  message: z.string(),
  queue: z.string(),
  reason: z.string(),
  chain: z.string().nullable(),
  seq: z.number().nullable(),
});

const trouble = z.discriminatedUnion("kind", [conflict, deadLetter]);

/** Another event for a place that is taken, or a message that couldn't be stored. The texts are in D1. */
export type Trouble = z.output<typeof trouble>;

/** What a trouble is known by: the same one always has the same id. */
export function troubleId(reported: Trouble): string {
  const what =
    reported.kind === "conflict"
      ? [reported.chain, reported.seq, reported.stored_hash, reported.offered_hash]
      : [reported.message];
  return eventHash(JSON.stringify([reported.kind, ...what])).slice(0, ID_LENGTH);
}

const ID_LENGTH = 32;

/** The trouble that an event reports, or `null`. */
export function reportedTrouble(event: {
  readonly type: string;
  readonly decision: string;
  readonly detail?: unknown;
}): { readonly id: string; readonly trouble: Trouble } | null {
  if (event.decision !== "report") return null;
  const parsed = trouble.safeParse({ ...(event.detail ?? {}), kind: event.type }).data;
  const id = idIn(event.detail);
  return parsed === undefined || id === null ? null : { id, trouble: parsed };
}

/** The id of the trouble that an event acknowledges, or `null`. */
export function acknowledgedTrouble(event: {
  readonly type: string;
  readonly decision: string;
  readonly detail?: unknown;
}): string | null {
  return event.type === "console" && event.decision === "acknowledge" ? idIn(event.detail) : null;
}

function idIn(detail: unknown): string | null {
  const { id } = (detail ?? {}) as Record<string, unknown>;
  return typeof id === "string" ? id : null;
}
