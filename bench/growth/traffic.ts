import { setTimeout as delay } from "node:timers/promises";
import type { D1Database } from "@cloudflare/workers-types";
import { connect } from "../connect.ts";
import type { Contender } from "../contenders.ts";
import { drive, type Load } from "../drive.ts";
import { read, write } from "../measurements.ts";

/** One event, as the store holds it. */
export interface LeftEvent {
  readonly type: string;
  readonly tool: string | null;
  readonly decision: string;
  readonly event: string;
}

const CLIENTS = 20;
/** After the calls, for the outboxes to have sent everything and the queue to have handed it over. */
const PATIENCE_MS = 60_000;

/** An event of a change that nobody has touched the target of: its call, its operation's three, its chain's beginning. */
const OF_A_CHANGE = `(type = 'call' AND tool = 'contain_device') OR type = 'operation'
  OR (type = 'chain' AND json_extract(event, '$.detail.chain') LIKE 'effect/%')`;
const OF_A_READ = "type = 'call' AND tool = 'get_device'";

/** Events of a read, and of a change on a target that nobody has touched. */
export const EVENTS_PER_CALL = { read: 1, change: 5 } as const;
export type CallKind = keyof typeof EVENTS_PER_CALL;
export const CALL_KINDS = ["read", "change"] as const satisfies readonly CallKind[];

/** What was left behind, chain by chain and in order. */
export type Left = Readonly<Record<CallKind, readonly LeftEvent[]>>;

/**
 * Has clients read and change for `seconds` each, and waits until the store holds the events.
 * @throws Error when it holds others than the calls must have left
 */
export async function leaveEvents(contender: Contender, seconds: number): Promise<Left> {
  const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(contender)));
  const db = await contender.database();
  const make = async (load: Load, kind: CallKind, where: string): Promise<LeftEvent[]> => {
    const calls = (await drive(clients, load, seconds)).latencies_ms.length;
    await arrived(db, where, calls * EVENTS_PER_CALL[kind]);
    const { results } = await db
      .prepare(`SELECT type, tool, decision, event FROM audit_events WHERE ${where} ORDER BY chain, seq`)
      .all<LeftEvent>();
    return results;
  };
  return { read: await make(read, "read", OF_A_READ), change: await make(write, "change", OF_A_CHANGE) };
}

/** Every event that the store holds, those of signing in included. */
export async function everyEvent(db: D1Database): Promise<LeftEvent[]> {
  const { results } = await db
    .prepare("SELECT type, tool, decision, event FROM audit_events ORDER BY type, tool, decision")
    .all<LeftEvent>();
  return results;
}

async function arrived(db: D1Database, where: string, wanted: number): Promise<void> {
  const until = performance.now() + PATIENCE_MS;
  let there = 0;
  while (performance.now() < until) {
    there =
      (await db.prepare(`SELECT COUNT(*) AS n FROM audit_events WHERE ${where}`).first<number>("n")) ?? 0;
    if (there === wanted) return;
    await delay(200);
  }
  throw new Error(`the store holds ${there} events where the calls must have left ${wanted}`);
}
