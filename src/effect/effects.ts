/** Leads an operation from its claim to its end, and answers repeats of it. */
import { alert, reasonOf } from "../observe/log.ts";
import { portOf } from "../toolkit/change.ts";
import { asFailure, type PublicError, publicError } from "../toolkit/failure.ts";
import { approvalEnds, HOLD_LIFE_MS } from "./machine/expiry.ts";
import type { Transition } from "./machine/machine.ts";
import type { Met } from "./machine/matching.ts";
import type { Operation } from "./machine/operation.ts";
import {
  answerLost,
  doneBy,
  keepsChanging,
  NeedsMore,
  Overtaken,
  settledAbsent,
  TransitionRefused,
} from "./machine/refusals.ts";
import { Operations } from "./operations.ts";
import type { Dispatching, Durable, ReadingBack, Ready, World } from "./ports.ts";
import { Prober } from "./proof/prober.ts";
import type {
  Claim,
  ClaimAnswer,
  Decide,
  DecideAnswer,
  ExecuteAnswer,
  Go,
  Hold,
  Holding,
  OperationView,
  Settle,
  StillInEffect,
} from "./protocol.ts";
import { underWay } from "./waiters.ts";

/** How soon an approved operation is tried again after a passing failure before its dispatch. */
const APPROVED_RETRY_MS = 2_000;
/** How long a duplicate waits for the first one's result before it is told to come back. */
const JOIN_WAIT_MS = 5_000;

/**
 * The effects on targets: what is claimed, dispatched, read back and settled, for every session, person and
 * client. State changes only in synchronous transactions; whatever is awaited is awaited between them, and after
 * each await the state is looked at again.
 */
export class Effects<Prepared extends Ready> {
  readonly #operations: Operations;
  readonly #dispatcher: Dispatching<Prepared>;
  readonly #readback: ReadingBack;
  readonly #prober: Prober;
  readonly #world: World;
  readonly #keep: (running: Promise<unknown>) => void;

  /** @param keep keeps the object alive for work that nobody waits for any more */
  constructor(
    durable: Durable,
    dispatcher: Dispatching<Prepared>,
    readback: ReadingBack,
    world: World,
    keep: (running: Promise<unknown>) => void,
  ) {
    this.#operations = new Operations(durable, world);
    this.#dispatcher = dispatcher;
    this.#readback = readback;
    this.#prober = new Prober(this.#operations, readback, world);
    this.#world = world;
    this.#keep = keep;
  }

  /** Finds the operation that answers a call, or starts a new one. A new one must be started within 30 s. */
  async claim(claim: Claim): Promise<ClaimAnswer> {
    const answer = this.#operations.claim(claim, null);
    if (answer.kind !== "match" || !underWay(answer.operation.state)) return this.#asOfNow(answer);
    const operation = await this.#joined(answer.operation.id);
    // What came to nothing answers nobody else: why it did may be true of the other session only.
    const nothing = operation.state === "abandoned" || operation.state === "expired";
    const another = operation.requester.session_id !== claim.requester.session_id;
    return this.#asOfNow(nothing && another ? this.#operations.claim(claim, null) : { ...answer, operation });
  }

  /**
   * A new operation in place of one that failed safe, for a caller who may not simply retry it.
   * If that one is no longer `failed_safe`, it answers.
   */
  async claimInstead(claim: Claim, of: string): Promise<ClaimAnswer> {
    return this.#asOfNow(this.#operations.claim(claim, of));
  }

  /** An old success must not be taken for the present: it comes with whether it still holds, in the same hop. */
  async #asOfNow(answer: ClaimAnswer): Promise<ClaimAnswer> {
    if (answer.kind !== "match" || answer.operation.state !== "succeeded") return answer;
    return { ...answer, now: await this.#holding(answer.operation.id) };
  }

  /** An operation as it stands once whoever is at work on it is done, or a short wait is over. */
  async #joined(id: string): Promise<OperationView> {
    if (underWay(this.#operations.load(id).state)) await this.#operations.waiters.settled(id, JOIN_WAIT_MS);
    return this.#operations.view(this.#operations.load(id));
  }

  /** Dispatches what the gate let through, and returns how it ended. */
  async execute(id: string, go: Go): Promise<ExecuteAnswer> {
    const running = this.#execute(id, go);
    // A client that goes away doesn't stop an operation.
    this.#keep(running.catch(() => undefined));
    try {
      return { kind: "dispatched", operation: this.#operations.view(await running) };
    } catch (thrown) {
      return await this.#notStarted(id, thrown);
    }
  }

  /** Puts a new operation before a person. */
  async hold(id: string, hold: Hold): Promise<OperationView> {
    const { for: who, ...rest } = hold;
    const operation = this.#operations.apply(id, {
      type: "hold",
      for: who,
      ...rest,
      expires_at: this.#world.now() + HOLD_LIFE_MS,
    });
    return this.#operations.view(operation);
  }

  /** Gives up a new operation that was never started. Does nothing if it got further. */
  async abandon(id: string, error: PublicError | null): Promise<void> {
    if (this.#operations.get(id)?.state === "claimed") this.#operations.apply(id, { type: "abandon", error });
  }

  /**
   * A person's decision on an operation that waits. An approval is dispatched by the alarm that is set with it,
   * and by nothing else.
   */
  async decide(id: string, { decision, by, reason }: Decide): Promise<DecideAnswer> {
    const approved = decision === "approve";
    return this.#attempt(
      id,
      approved ? { type: "approve", by, reason } : { type: "deny", by: by.subject, reason },
    );
  }

  /** An operator's word on what reading back couldn't settle. */
  async settle(id: string, { outcome, by, reason }: Settle): Promise<DecideAnswer> {
    const operation = this.#operations.get(id);
    if (operation === null) return { ok: false, refusal: "not_here" };
    if (outcome === "did_not_happen") {
      return this.#attempt(id, {
        type: "settle",
        happened: false,
        by,
        reason,
        data: null,
        error: settledAbsent(),
      });
    }
    // Only what is seen can be a replay's result: what the gate saw before the change is the opposite of it.
    const seen = await this.#readback.read(this.#world.tool(operation.tool), operation);
    const data = seen.reading === "present" ? seen.data : null;
    return this.#attempt(id, { type: "settle", happened: true, by, reason, data, error: null });
  }

  /** An operation as it stands, or `null` if it isn't here. */
  async read(id: string): Promise<OperationView | null> {
    const operation = this.#operations.get(id);
    return operation === null ? null : this.#operations.view(operation);
  }

  /**
   * Whether what a finished operation brought about still holds: one read of at most 1 s, remembered 5 s.
   * `null` for tools whose effect can't be read back.
   */
  async stillInEffect(id: string): Promise<StillInEffect | null> {
    return (await this.#holding(id))?.still_in_effect ?? null;
  }

  async #holding(id: string): Promise<Holding | null> {
    const operation = this.#operations.load(id);
    const tool = this.#world.tool(operation.tool);
    if (portOf(tool, operation.target).class === "none" || operation.state !== "succeeded") return null;
    return this.#readback.holding(tool, operation);
  }

  async #execute(id: string, go: Go): Promise<Operation> {
    let operation = this.#operations.load(id);
    const tool = this.#world.tool(operation.tool);
    const { deadline_ms, class: effect_class } = portOf(tool, operation.target);
    // What was never sent hasn't landed: such a mark is of another one's, from about the same time. But the name of
    // something created is this operation's alone.
    const own_name = effect_class === "deterministic-create";
    const { landed: marked, ...rest } = go;
    const landed = marked === true && (operation.fence > 0 || own_name) ? { landed: true as const } : {};
    const intent = { ...rest, ...landed, deadline_ms };
    // After another operation's recent dispatch the look may be older than what that led to: then sending is the
    // honest answer. What this operation did itself is never sent again.
    const so = intent.landed === true || (go.in_effect && this.#operations.leftAlone(operation, go.as_of));
    if (so) return this.#operations.alreadySo(id, intent);
    let refused_token: string | null = null;
    for (;;) {
      const asked = { ...operation, input: go.input };
      const ready = await this.#dispatcher.prepare(asked, tool, go, refused_token);
      this.#readback.forget();
      // From here to `send` nothing may be awaited: the intent must be durable before the request can leave.
      operation = this.#operations.intend(id, { ...intent, unconfirmed: ready.unconfirmed });
      const ending = await this.#dispatcher.send(operation, tool, ready);
      operation = this.#finish(operation, ending.transition);
      this.#readback.forget();
      const token_refused = ending.token_refused && operation.state === "failed_safe";
      if (!token_refused || refused_token !== null) return operation;
      refused_token = ready.token;
    }
  }

  /** Dispatches what a person approved, as long as that holds; what passes is tried again, what doesn't ends it. */
  async #dispatchApproved(operation: Operation): Promise<void> {
    const { id, requester, policy_version, before, approved_at } = operation;
    const go = {
      requester,
      input: operation.input,
      reason: operation.reason,
      policy_version: policy_version ?? "",
      before: before ?? "null",
      in_effect: false,
      as_of: 0,
      approved: true as const,
    };
    try {
      await this.#execute(id, go);
    } catch (thrown) {
      if (this.#operations.load(id).state !== "approved") return;
      if (thrown instanceof NeedsMore) {
        const { because, before, attributes } = thrown;
        this.#askAgain(id, { because, before, attributes });
        return;
      }
      if (thrown instanceof Overtaken && thrown.met.match !== "busy") return this.#afterAll(id, thrown.met);
      const passing = thrown instanceof Overtaken || asFailure(thrown).retryable;
      const again = this.#world.now() + APPROVED_RETRY_MS;
      if (passing && again < approvalEnds({ approved_at })) this.#operations.again(id, again);
      else {
        const ours = thrown instanceof Overtaken || thrown instanceof TransitionRefused;
        this.#operations.apply(id, { type: "expire", error: ours ? null : publicError(asFailure(thrown)) });
      }
    }
  }

  /** What a person approved isn't what they saw. They are asked again; about a target that changes, not without end. */
  #askAgain(
    id: string,
    asking: Omit<Extract<Transition, { type: "ask_again" }>, "type" | "expires_at">,
  ): void {
    const expires_at = this.#world.now() + HOLD_LIFE_MS;
    const asked = this.#attempt(id, { type: "ask_again", ...asking, expires_at });
    if (!asked.ok) this.#operations.apply(id, { type: "expire", error: keepsChanging() });
  }

  /**
   * What was approved meets something that is alike and was sent meanwhile. If that is the same, nothing is left to
   * do; if not, it is for a person to say whether both are wanted.
   */
  #afterAll(id: string, { match, operation }: Met): void {
    if (match === "operation") {
      this.#operations.apply(id, { type: "expire", error: doneBy(operation) });
      return;
    }
    this.#askAgain(id, {
      because: "another one that is alike was sent meanwhile",
      beside: operation.id,
      aware_of: operation.dispatch_order ?? 0,
    });
  }

  #attempt(id: string, transition: Transition): DecideAnswer {
    if (this.#operations.get(id) === null) return { ok: false, refusal: "not_here" };
    try {
      return { ok: true, operation: this.#operations.view(this.#operations.apply(id, transition)) };
    } catch (thrown) {
      if (thrown instanceof TransitionRefused) return { ok: false, refusal: thrown.refusal };
      throw thrown;
    }
  }

  /** What to say of an operation that couldn't be dispatched. A new one is given up: nothing was sent. */
  async #notStarted(id: string, thrown: unknown): Promise<ExecuteAnswer> {
    if (thrown instanceof Overtaken) return this.#overtaken(id, thrown.met);
    // Another caller's retry of the same operation got here first.
    if (thrown instanceof TransitionRefused) return { kind: "match", operation: await this.#joined(id) };
    const error = publicError(asFailure(thrown));
    await this.abandon(id, error);
    return { kind: "failed", operation: this.#operations.view(this.#operations.load(id)), error };
  }

  /** Another one was sent meanwhile: it is the answer, and if it is the same, this one has nothing left to do. */
  async #overtaken(id: string, met: Met): Promise<ExecuteAnswer> {
    const same = met.match === "operation";
    await this.abandon(id, same ? doneBy(met.operation) : null);
    if (same && this.#operations.load(id).state.startsWith("awaiting_")) {
      this.#operations.apply(id, { type: "expire", error: doneBy(met.operation) });
    }
    if (same) return { kind: "match", operation: await this.#joined(met.operation.id) };
    const operation = this.#operations.view(met.operation);
    return met.match === "differs"
      ? { kind: "differs", operation, differences: met.differences }
      : { kind: met.match, operation };
  }

  /**
   * Records how a dispatch ended, unless the operation has moved on without it. What can't be recorded
   * is in doubt, whatever the vendor said: the row stays `executing` and is read back after its deadline.
   */
  #finish(operation: Operation, transition: Transition): Operation {
    const current = this.#operations.load(operation.id);
    if (current.state !== "executing" || current.fence !== operation.fence) return current;
    try {
      return this.#operations.apply(operation.id, transition);
    } catch (thrown) {
      const { id: operation_id, trace_id } = operation;
      alert("operation_end_not_recorded", { operation_id, trace_id, reason: reasonOf(thrown) });
      return { ...current, state: "unknown", error: answerLost(thrown) };
    }
  }

  /** An operation's turn came: its time ran out, or it is to be read back. */
  async turn(id: string): Promise<void> {
    const operation = this.#operations.load(id);
    switch (operation.state) {
      case "claimed":
        this.#operations.apply(id, { type: "abandon", error: null });
        return;
      case "awaiting_confirmation":
      case "awaiting_approval":
        this.#operations.apply(id, { type: "expire", error: null });
        return;
      case "approved":
        await this.#dispatchApproved(operation);
        return;
      case "executing":
        this.#operations.apply(id, { type: "lose", fence: operation.fence, error: answerLost() });
        return;
      case "unknown":
        await this.#prober.probe(this.#operations.apply(id, { type: "probe" }));
        return;
      case "probing":
        await this.#prober.probe(operation);
        return;
      default:
        return;
    }
  }
}
