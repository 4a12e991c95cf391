import type { Effect } from "../../lab/effects.ts";
import type { Acknowledged } from "./agent.ts";

/** An event of the audit database, as far as these tests read it. */
export interface AuditedEvent {
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  readonly hash: string;
  readonly event_id: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly type: string;
  readonly decision: string;
  readonly tool?: string;
  readonly target?: string;
  readonly operation_id?: string;
  readonly detail?: {
    readonly fence?: number;
    readonly evidence?: string;
    /** Of calls that a limit refused: the event of the first, and how many followed it. */
    readonly first_event?: string;
    readonly more?: number;
  };
}

/** The end of a chain, by its own object's word. */
export interface Head {
  readonly seq: number;
  readonly hash: string;
}

/** The audit, as it is stored and as it should be. */
export interface Stored {
  /** The audit database, by chain and number. */
  readonly events: readonly AuditedEvent[];
  /** What the objects say about their chains. */
  readonly heads: ReadonlyMap<string, Head>;
}

/** Everything that can be known from outside about what happened, each part from another witness. */
export interface Evidence extends Stored {
  /** What the vendor did, by its own word, in order. */
  readonly effects: readonly Effect[];
  /** What clients were told. */
  readonly answers: readonly Acknowledged[];
  /** What never came to rest. */
  readonly open: readonly string[];
}

/** The audit database in short. */
export interface Held {
  readonly chains: readonly { readonly chain: string; readonly events: number }[];
  /** The last state of each operation. */
  readonly operations: readonly { readonly id: string; readonly decision: string; readonly at: string }[];
}

/** One operation as the audit tells it. */
export interface OperationTrace {
  readonly id: string;
  readonly tool: string;
  /** Oldest first; never empty. */
  readonly transitions: readonly AuditedEvent[];
  /** The last of them. */
  readonly last: AuditedEvent;
}

/** The operations that the audit tells of, by id. */
export function operationsOf({ events }: Pick<Stored, "events">): Map<string, OperationTrace> {
  const transitions = Map.groupBy(
    events.filter(({ type }) => type === "operation"),
    ({ operation_id }) => operation_id ?? "",
  );
  return new Map(
    [...transitions].flatMap(([id, [...of]]) => {
      const last = of.sort((a, b) => a.seq - b.seq).at(-1);
      return last === undefined ? [] : [[id, { id, tool: last.tool ?? "", transitions: of, last }] as const];
    }),
  );
}

/** States that an operation leaves only if somebody acts. */
const RESTING: ReadonlySet<string> = new Set([
  "succeeded",
  "failed_safe",
  "denied",
  "expired",
  "abandoned",
  "needs_operator",
  "awaiting_approval",
  "awaiting_confirmation",
]);

/** What isn't at its end yet: operations that will still move by themselves, events on their way to the database. */
export function unsettled(heads: Stored["heads"], held: Held): string[] {
  const stored = new Map(held.chains.map(({ chain, events }) => [chain, events]));
  const behind = [...heads].filter(([chain, { seq }]) => (stored.get(chain) ?? 0) < seq);
  const moving = held.operations.filter(({ decision }) => !RESTING.has(decision));
  return [
    ...behind.map(([chain, { seq }]) => `${chain}: ${stored.get(chain) ?? 0} of ${seq} events stored`),
    ...moving.map(({ id, decision, at }) => `${id}: ${decision} since ${at}`),
  ];
}

/** The vendor's effects with their targets as the audit names them: the vendor writes its own ids. */
export function asAudited(effects: readonly Effect[]): Effect[] {
  return effects.map((effect) => ({ ...effect, target: effect.target.replace("/", "/crowdstrike:") }));
}
