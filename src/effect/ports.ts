/**
 * What the effects on targets need of the world: storage, vendor and clock. The object gives them the real
 * ones; a model of everything that can go wrong gives them its own.
 */
import type { AuditFact } from "../audit/event/event.ts";
import type { AnyChangePort, ChangeTool, Target } from "../toolkit/change.ts";
import type { Transition } from "./machine/machine.ts";
import type { OperationUnderWay, StandingOperation, Wanted } from "./machine/matching.ts";
import type { Operation } from "./machine/operation.ts";
import type { Landing } from "./machine/probing.ts";
import type { ReadbackResult } from "./proof/readback.ts";
import type { Go, Holding } from "./protocol.ts";

/** The operations on targets as rows. Synchronous. */
export interface Rows {
  get(id: string): Operation | null;
  insert(operation: Operation): void;
  update(operation: Operation): void;
  /** What was sent to the target and whose end isn't known yet. */
  underWay(target: Target): OperationUnderWay[];
  /** Operations whose request may have been on the wire when this object's last life ended. */
  executing(): Operation[];
  /** Operations that have ended and still hold their arguments, the one that ended first before the others. */
  longestEnded(limit: number): Operation[];
  /** Those of the same action, or alike, that end by themselves when their time is over. */
  waiting(wanted: Wanted): Operation[];
  /** How often something was sent to the target. */
  dispatches(target: Target): number;
  /** The newest dispatch on the target that isn't of the action `but_of`, or `null`. */
  lastDispatched(target: Target, but_of: string): Operation | null;
  /**
   * The newest operation of the same action that was claimed after this one, and that may still be sent or
   * succeeded after `since` (milliseconds since the epoch).
   */
  successor(operation: Operation, since: number): Operation | null;
  /** Everything that `match` needs to answer a call. */
  standing(wanted: Wanted, now: number): StandingOperation;
}

/** What survives a crash: either all of a transaction, or nothing of it. */
export interface Durable {
  readonly rows: Rows;
  transaction<Result>(work: () => Result): Result;
  /** Appends an audit event. Throws if it can't, and so ends the transaction. */
  append(fact: AuditFact): void;
  /** When an operation's turn comes by itself (milliseconds since the epoch), or `null` for never. */
  turn(id: string, at: number | null): void;
  /** What is old enough is to be given up at `at` (milliseconds since the epoch), unless that comes sooner anyway. */
  giveUpAt(at: number): void;
}

/** How a dispatch ended. */
export interface Ending {
  readonly transition: Transition;
  /** The vendor refused our token before acting on the request: a new token is worth one more try. */
  readonly token_refused: boolean;
}

/** A request that is ready to be sent. */
export interface Ready {
  readonly token: string;
  /** The identity provider couldn't confirm the requester or the approver, and it goes all the same. */
  readonly unconfirmed: boolean;
}

/** The way to the vendor. */
export interface Dispatching<Prepared extends Ready> {
  /** @throws Failure if it may not or can't be sent: nothing was */
  prepare(operation: Operation, tool: ChangeTool, go: Go, refused_token: string | null): Promise<Prepared>;
  /** Sends it in the caller's own turn. Never rejects. */
  send(operation: Operation, tool: ChangeTool, ready: Prepared): Promise<Ending>;
}

/** The way back: how the target stands. */
export interface ReadingBack {
  /** Never rejects. */
  read(tool: ChangeTool, operation: Operation): Promise<ReadbackResult>;
  /** Whether what it brought about still holds. */
  holding(tool: ChangeTool, operation: Operation): Promise<Holding>;
  /** The target is about to change. */
  forget(): void;
}

/** The rest of the world. */
export interface World {
  readonly tenant: string;
  /** Milliseconds since the epoch. It may go back. */
  now(): number;
  /** Calls `fire` once, in `ms` milliseconds, and returns how to take that back. */
  timer(ms: number, fire: () => void): () => void;
  tool(name: string): ChangeTool;
  /** How long after its deadline a request can still land. */
  landing(port: AnyChangePort): Landing;
}
