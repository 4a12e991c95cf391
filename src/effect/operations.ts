/**
 * Changes operations: each change writes the row, the audit event and the next turn in one transaction, and
 * awaits nothing.
 */
import { portOf } from "../toolkit/change.ts";
import { newOperationId } from "../toolkit/operation-id.ts";
import { transitionFact } from "./audit-fact.ts";
import { APPROVAL_LIFE_MS, CLAIM_LIFE_MS, claimEnds, endOfWaiting } from "./machine/expiry.ts";
import { advanceOperation, type Transition } from "./machine/machine.ts";
import {
  blocks,
  type Met,
  match,
  maySupersede,
  meetAgain,
  type Repeats,
  type Wanted,
} from "./machine/matching.ts";
import { claimedOperation, type Operation } from "./machine/operation.ts";
import { FIRST_PROBE_MS } from "./machine/probing.ts";
import { answerLost, Overtaken, TransitionRefused } from "./machine/refusals.ts";
import type { Durable, World } from "./ports.ts";
import { type Claim, type ClaimAnswer, type Go, type OperationView, viewOf } from "./protocol.ts";
import { ARGUMENTS_LIFE_MS, heldSince } from "./retention.ts";
import { Waiters } from "./waiters.ts";

/** What the gate let through, and how long the vendor gets for it. */
export interface Intent extends Go {
  readonly deadline_ms: number;
  /** The identity provider couldn't confirm the requester or the approver. */
  readonly unconfirmed?: boolean;
}

/** Past the deadline, how long the answer that is being read may take before the operation counts as lost. */
const DEADLINE_GRACE_MS = 2_000;

/** More than a gate may take to look, and a vendor to show what it did. */
const QUIET_MS = 60_000;

/**
 * The operations on targets, as state that can be audited: every change of an operation is one synchronous
 * transaction of its row, its audit event and its next turn. Nothing here awaits.
 */
export class Operations {
  readonly #durable: Durable;
  readonly #world: World;
  /** Callers that wait for somebody else's operation. */
  readonly waiters: Waiters;

  constructor(durable: Durable, world: World) {
    this.#durable = durable;
    this.#world = world;
    this.waiters = new Waiters((ms, fire) => world.timer(ms, fire));
    this.#recover();
  }

  /** The operation with this id, or `null`. */
  get(id: string): Operation | null {
    return this.#durable.rows.get(id);
  }

  /** The operation with this id. @throws TypeError if it isn't here */
  load(id: string): Operation {
    const operation = this.#durable.rows.get(id);
    if (operation === null) throw new TypeError(`operation ${id} is not here`);
    return operation;
  }

  /** An operation as others may see it now. */
  view(operation: Operation): OperationView {
    const repeatable = maySupersede(operation, this.#repeats(operation), this.#world.now());
    return viewOf(operation, repeatable);
  }

  /**
   * The operation that answers `claim`, or a new one.
   * @param instead_of an operation that failed safe and that the caller may not retry: it doesn't answer
   */
  claim(claim: Claim, instead_of: string | null): ClaimAnswer {
    return this.#durable.transaction(() => {
      const now = this.#world.now();
      const wanted: Wanted = {
        ...claim,
        subject: claim.requester.subject,
        known: claim.operation_id,
        repeats: this.#repeats(claim),
      };
      this.#sweep(wanted, now);
      const found = match(wanted, this.#durable.rows.standing(wanted, now), now);
      switch (found.match) {
        case "operation":
          if (found.operation.id === instead_of && found.operation.state === "failed_safe") break;
          return { kind: "match", operation: this.view(found.operation), as_of: now, now: null };
        case "busy":
        case "in_doubt":
          return { kind: found.match, operation: this.view(found.operation) };
        case "differs":
          return { kind: "differs", operation: this.view(found.operation), differences: found.differences };
        case "bad_supersedes":
          return { kind: "bad_supersedes", why: found.why };
        case "none":
          break;
      }
      return { kind: "new", operation: this.view(this.#begin(claim, now)), as_of: now };
    });
  }

  #repeats({ tool: name, target }: Pick<Claim, "tool" | "target">): Repeats {
    const tool = this.#world.tool(name);
    const { repeat } = portOf(tool, target);
    return { window_ms: tool.window_ms, repeat, rather_twice: tool.creates?.rather_twice === true };
  }

  #begin(claim: Claim, now: number): Operation {
    // The caller's key may still name an operation that came to nothing.
    const spent = this.#durable.rows.get(claim.operation_id) !== null;
    const id = spent ? newOperationId(this.#world.tenant, claim.target) : claim.operation_id;
    const operation = claimedOperation(claim, id, now, this.#durable.rows.dispatches(claim.target));
    this.#durable.rows.insert(operation);
    this.#append(operation);
    this.#durable.turn(operation.id, now + CLAIM_LIFE_MS);
    return operation;
  }

  /** What the machine does with `transition`, with its audit event and its next turn. @throws TransitionRefused */
  apply(id: string, transition: Transition): Operation {
    const operation = this.#durable.transaction(() => {
      const before = this.load(id);
      const step = advanceOperation(before, transition, this.#world.now());
      if (!step.ok) throw new TransitionRefused(step.refusal, before);
      this.#durable.rows.update(step.operation);
      this.#append(step.operation);
      this.#durable.turn(id, nextTurn(step.operation));
      const held_since = heldSince(step.operation);
      if (held_since !== null) this.#durable.giveUpAt(held_since + ARGUMENTS_LIFE_MS);
      return step.operation;
    });
    this.waiters.notify(operation);
    return operation;
  }

  #append(operation: Operation): void {
    const { countermeasure } = this.#world.tool(operation.tool);
    this.#durable.append(transitionFact(operation, countermeasure));
  }

  /** Notes what reads have shown so far. It moves nothing: the audit hears of it with what follows from it. */
  probed(operation: Operation): void {
    this.#durable.rows.update(operation);
  }

  /** Has an operation's turn come again at `at`, without moving it. */
  again(id: string, at: number): void {
    this.#durable.turn(id, at);
  }

  /** Several steps as one: all of it is durable, or nothing. */
  atomically<Result>(work: () => Result): Result {
    return this.#durable.transaction(work);
  }

  /**
   * The intent: fence, deadline, audit event and alarm in one transaction, all of it durable or none.
   * @throws Overtaken if something else on the target got ahead
   */
  intend(id: string, intent: Intent): Operation {
    return this.#durable.transaction(() => {
      const operation = this.load(id);
      const { state } = operation;
      // While the gate looked, something else may have begun. What has landed already sends nothing.
      const met = intent.landed === true ? null : this.#ahead(operation, intent);
      if (met !== null) throw new Overtaken(met);
      const { requester: by, policy_version, before, input, reason } = intent;
      if (state === "awaiting_approval" || state === "awaiting_confirmation") {
        this.apply(id, { type: "take_over", by, policy_version, before, input, reason });
      }
      const deadline_at = this.#world.now() + intent.deadline_ms;
      const order = this.#durable.rows.dispatches(operation.target) + 1;
      const ground = intent.approved === true ? { approved: true as const } : {};
      return this.apply(id, {
        type: "dispatch",
        deadline_at,
        order,
        by,
        policy_version,
        before,
        input,
        reason,
        unconfirmed: intent.unconfirmed === true,
        ...ground,
      });
    });
  }

  /** What keeps an operation from being sent now, or `null`. */
  #ahead(operation: Operation, { input, requester }: Intent): Met | null {
    const { rows } = this.#durable;
    const now = this.#world.now();
    if (operation.title !== null) {
      const repeats = this.#repeats(operation);
      const wanted = { ...operation, input, subject: requester.subject, known: null, repeats };
      // Whatever their titles, two that repeat the same one are one repeat too many.
      const { same, superseders } = rows.standing(wanted, now);
      const others = [...same, ...superseders].filter(({ id }) => id !== operation.id);
      return meetAgain(wanted, others, Math.max(operation.aware_of, operation.dispatch_order ?? 0), now);
    }
    const others = rows.underWay(operation.target).filter((other) => other.operation.id !== operation.id);
    const busy = others.find((other) => blocks(other, operation))?.operation;
    // A retry may have been replaced altogether.
    const replaced = operation.state === "failed_safe" ? rows.successor(operation, now - QUIET_MS) : null;
    const other = busy ?? replaced;
    return other === null ? null : { match: "busy", operation: other };
  }

  /**
   * True if an operation can trust a look at its target: nothing else was dispatched to the target for so long that
   * whatever was seen since `as_of`, however late a vendor shows it, was seen after that.
   */
  leftAlone({ key, target }: Operation, as_of: number): boolean {
    const now = this.#world.now();
    if (now >= as_of + CLAIM_LIFE_MS) return false;
    const other = this.#durable.rows.lastDispatched(target, key);
    return other === null || now >= (other.dispatched_at ?? 0) + QUIET_MS;
  }

  /** What is so before anything is sent, by whomever's doing: ended in one step. */
  alreadySo(id: string, intent: Intent): Operation {
    return this.#durable.transaction(() => {
      const { fence } = this.intend(id, intent);
      if (intent.landed === true) {
        // Its own doing, after all: that is known from reading it back, like any other doubt that was settled.
        this.apply(id, { type: "lose", fence, error: answerLost() });
        this.apply(id, { type: "probe" });
        return this.apply(id, { type: "succeed", fence, evidence: "read_back", data: intent.before });
      }
      return this.apply(id, { type: "succeed", fence, evidence: "already_so", data: intent.before });
    });
  }

  /** Nothing of an earlier life is still running: what it had on the wire is in doubt now. */
  #recover(): void {
    for (const { id, fence } of this.#durable.rows.executing()) {
      this.apply(id, { type: "lose", fence, error: answerLost() });
    }
  }

  /** Ends what has run out of time, even if the alarm is late. */
  #sweep(wanted: Wanted, now: number): void {
    for (const operation of this.#durable.rows.waiting(wanted)) {
      const type = endOfWaiting(operation, now);
      if (type !== null) this.apply(operation.id, { type, error: null });
    }
  }
}

/** When an operation in this state needs attention by itself, in milliseconds since the epoch. */
function nextTurn(operation: Operation): number | null {
  switch (operation.state) {
    case "claimed":
      return claimEnds(operation);
    case "awaiting_confirmation":
    case "awaiting_approval":
      return operation.expires_at;
    case "approved":
      // By a person: the alarm dispatches it, at once. Taken over: whoever did so is dispatching it.
      return operation.approver === null ? operation.state_at + APPROVAL_LIFE_MS : operation.state_at;
    case "executing":
      return (operation.deadline_at ?? operation.state_at) + DEADLINE_GRACE_MS;
    case "unknown":
    case "probing":
      return operation.state_at + FIRST_PROBE_MS;
    default:
      return null;
  }
}
