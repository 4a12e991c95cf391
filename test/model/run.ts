import { Effects } from "../../src/effect/effects.ts";
import type { Operation, Requester } from "../../src/effect/machine/operation.ts";
import { landingOf } from "../../src/effect/machine/probing.ts";
import type { Ready, World } from "../../src/effect/ports.ts";
import type { Action, Bugs, CallAction } from "./action.ts";
import { atOdds, IN_DOUBT, sameInput, sameThing, wasSent } from "./alike.ts";
import { MemoryDisk } from "./memory.ts";
import { PEOPLE } from "./people.ts";
import { type Answered, Sessions } from "./session.ts";
import { type Asked, asked, modelTool } from "./tools.ts";
import {
  DEADLINE_MS,
  type Fate,
  LAG_MS,
  ModelDispatcher,
  ModelReadback,
  ModelVendor,
  type Pending,
  SETTLE_MS,
  type Wire,
} from "./vendor.ts";

/** How far the object's clock may be off, either way. */
const SKEW_MS = 500;

/** One run of the model: an object, its disk, its callers, a vendor, and a hand that lets things happen. */
export class Run {
  readonly vendor = new ModelVendor();
  readonly disk: MemoryDisk;
  readonly violations: string[] = [];
  /** Results that callers really received, by operation. */
  readonly received = new Map<string, Set<string>>();
  readonly #bugs: Bugs;
  #time = 1_000_000;
  #skew = 0;
  #life = 0;
  #checked = 0;
  #stalled = 0;
  #pending: Pending[] = [];
  /** On the wire, with nobody left who waits for them. */
  #orphans: { readonly operation: Operation; readonly fate: Fate; readonly since: number }[] = [];
  #timers: { readonly at: number; readonly fire: () => void }[] = [];
  readonly #sessions = new Sessions();
  #effects: Effects<Ready>;

  constructor(bugs: Bugs = {}) {
    this.#bugs = bugs;
    this.disk = new MemoryDisk(() => this.#now(), bugs);
    this.#effects = this.#born();
  }

  #now(): number {
    return this.#time + this.#skew;
  }

  #born(): Effects<Ready> {
    const life = ++this.#life;
    const wire: Wire = {
      life,
      hold: (kind, operation) => this.#hold(kind, operation, life),
      shows: (operation) => this.vendor.shows(operation, this.#time),
    };
    const world: World = {
      tenant: "acme",
      now: () => this.#now(),
      timer: (ms, fire) => {
        const timer = { at: this.#time + ms, fire };
        this.#timers.push(timer);
        return () => {
          this.#timers = this.#timers.filter((other) => other !== timer);
        };
      },
      tool: modelTool,
      landing: ({ repeat, landing_ms }) => {
        const { ms, assumed } = landingOf(repeat, landing_ms({}));
        return { ms: ms !== null && this.#bugs.early_look ? ms - LAG_MS : ms, assumed };
      },
    };
    return new Effects(this.disk, new ModelDispatcher(wire), new ModelReadback(wire), world, (running) => {
      running.catch(() => undefined);
    });
  }

  /** Nothing of a dead life goes on: what it awaited never ends for it. */
  #hold(kind: Pending["kind"], operation: Operation, life: number): Promise<Fate> {
    if (kind === "send") {
      this.#checkIntent(operation);
      this.#checkAlone(operation);
    }
    const { promise, resolve } = Promise.withResolvers<Fate>();
    this.#pending.push({ kind, operation, since: this.#time, life, end: resolve });
    return promise;
  }

  /** Nothing is sent beside what may still land and would undo it, or be the same once more. */
  #checkAlone(operation: Operation): void {
    for (const other of this.disk.operations) {
      const apart = other.id === operation.id || other.target.id !== operation.target.id;
      if (apart || !["executing", ...IN_DOUBT].includes(other.state)) continue;
      // Nobody knows when a person comes to it: others go on meanwhile.
      if (other.state === "needs_operator" && operation.title === null) continue;
      const replaced = this.disk.superseders(other.id).some(wasSent) || operation.supersedes === other.id;
      const harmless =
        operation.title === null
          ? replaced && !atOdds(other.sets, operation.sets)
          : replaced || operation.beside === other.id || !sameThing(other, operation);
      if (!harmless) this.violations.push(`${operation.id} was sent beside ${other.id} (${other.state})`);
    }
  }

  /** Every request has an earlier durable intent with the current fence. */
  #checkIntent({ id, fence }: Operation): void {
    if (this.#bugs.one_fence) return;
    const row = this.disk.get(id);
    const intents = this.disk.journal.filter(
      (fact) => fact.operation_id === id && fact.decision === "executing" && fact.detail?.fence === fence,
    );
    if (row?.state !== "executing" || row.fence !== fence || intents.length !== 1) {
      this.violations.push(`${id} was sent without a durable intent of fence ${fence}`);
    }
  }

  async act(action: Action): Promise<void> {
    switch (action.do) {
      case "call":
        this.#call(action);
        break;
      case "end":
        this.#end(action.which, action.fate);
        break;
      case "wait":
        this.#pass(action.ms);
        break;
      case "alarm":
        this.#alarm();
        break;
      case "crash":
        this.#crash(action.zombie);
        break;
      case "skew":
        this.#skew = Math.max(-SKEW_MS, Math.min(SKEW_MS, action.ms));
        break;
      case "decide":
        this.#decide(action.yes, action.by);
        break;
      case "settle":
        this.#settle(action.happened);
        break;
    }
    await flush();
    this.#checkAlreadySo();
  }

  /** What is called already so, is so. */
  #checkAlreadySo(): void {
    for (const { decision, detail, operation_id } of this.disk.journal.slice(this.#checked)) {
      const claimed_so = decision === "succeeded" && detail?.evidence === "already_so";
      const row = this.disk.get(operation_id ?? "");
      if (claimed_so && row !== null && !this.vendor.isSo(row))
        this.violations.push(`${operation_id} was not already so`);
    }
    this.#checked = this.disk.journal.length;
  }

  /** Lets everything come to rest: answers arrive, alarms ring, time passes. */
  async drain(): Promise<void> {
    this.#skew = 0;
    for (let round = 0; round < 400; round++) {
      while (this.#pending.length > 0) {
        this.#end(0, "done");
        await flush();
      }
      if (this.disk.turns.size === 0 && this.#orphans.length === 0) return;
      this.#pass(round < 100 ? 1_000 : 30_000);
      this.#alarm();
      await flush();
    }
  }

  #call(action: CallAction): void {
    const requester = PEOPLE[action.person % PEOPLE.length] as Requester;
    const named =
      this.#bugs.key_in_target && action.key !== null ? `${requester.person}/${action.key}` : null;
    const plain = asked(action, named);
    const wanted = { ...plain, key: this.#bugs.key?.(plain.key, this.#now()) ?? plain.key };
    const done = this.disk.operations.findLast(
      ({ tool, state }) => tool === wanted.tool && (state === "succeeded" || IN_DOUBT.includes(state)),
    );
    const supersedes = action.supersede ? (done?.id ?? null) : null;
    const known_of = this.disk.dispatches(wanted.target);
    const life = this.#life;
    const call = this.#sessions.walk(
      wanted,
      { requester, key: action.key, supersedes },
      this.#effects,
      async (operation) => {
        // Seen now, heard of whenever the model lets it be.
        const in_effect = this.vendor.shows(operation, this.#time);
        return (await this.#hold("gate", operation, life)) === "cut_before" ? null : { in_effect };
      },
    );
    call.then(
      (answered) => this.#receive(answered, wanted, known_of),
      () => undefined,
    );
  }

  /** What a caller is told is theirs: what they asked for, and so still as far as anybody could know. */
  #receive(answered: Answered | null, wanted: Asked, known_of: number): void {
    if (answered === null) return;
    const { view, by_key } = answered;
    const row = this.disk.get(view.id);
    if (row === null) return;
    const effect = this.vendor.effects.find(({ operation_id }) => operation_id === view.id);
    const open = !IN_DOUBT.includes(view.state);
    if (open && wanted.title !== null && !sameInput(effect?.input ?? row.input, wanted.input)) {
      this.violations.push(`${view.id} (${view.state}) answers for what it isn't`);
    }
    if (view.state !== "succeeded" || view.data === null) return;
    const seen = this.received.get(view.id) ?? new Set();
    this.received.set(view.id, seen.add(view.data));
    if (!by_key && this.#wasContradicted(row, known_of)) {
      this.violations.push(`${view.id} answers, though what it did was changed since`);
    }
  }

  /** Something sent after it, and before the call, gave a facet of it another value. */
  #wasContradicted({ target, sets, dispatch_order }: Operation, known_of: number): boolean {
    return this.disk.operations.some(
      (other) =>
        other.target.id === target.id &&
        other.state !== "failed_safe" &&
        (other.dispatch_order ?? 0) > (dispatch_order ?? 0) &&
        (other.dispatch_order ?? 0) <= known_of &&
        atOdds(other.sets, sets),
    );
  }

  #end(which: number, fate: Fate): void {
    if (this.#pending.length === 0) return;
    const [pending] = this.#pending.splice(which % this.#pending.length, 1);
    if (pending === undefined) return;
    if (pending.fate !== undefined) {
      pending.end(pending.fate);
      return;
    }
    if (pending.kind === "send") this.vendor.land(pending.operation, fate, this.#time);
    pending.end(this.#heard(pending, fate));
  }

  #heard({ kind }: Pending, fate: Fate): Fate {
    const lost = fate === "cut_before" || fate === "cut_after";
    return this.#bugs.retry_of_timeouts && kind === "send" && lost ? "refused" : fate;
  }

  #pass(ms: number): void {
    this.#time += ms;
    for (const pending of [...this.#pending]) {
      // Nobody waits longer than the deadline; the request is still on the wire.
      if (pending.kind === "send" && this.#time >= pending.since + DEADLINE_MS) this.#abort(pending);
    }
    for (const orphan of this.#orphans.splice(0)) {
      // By the vendor's own word: landed, and to be seen, within the bound.
      const bound = orphan.since + DEADLINE_MS + SETTLE_MS - LAG_MS;
      if (this.#time >= bound) this.vendor.land(orphan.operation, orphan.fate, Math.min(this.#time, bound));
      else this.#orphans.push(orphan);
    }
    for (const timer of [...this.#timers]) {
      if (timer.at > this.#time) continue;
      this.#timers = this.#timers.filter((other) => other !== timer);
      timer.fire();
    }
  }

  #abort(pending: Pending): void {
    if (pending.fate !== undefined) return;
    this.#pending = this.#pending.filter((other) => other !== pending);
    if (pending.life !== this.#life) {
      this.#stall(pending);
      return;
    }
    this.#orphans.push({ operation: pending.operation, fate: "cut_after", since: pending.since });
    pending.end(this.#heard(pending, "cut_before"));
  }

  /** An old life that stood still: the vendor has answered in time, and the answer is heard whenever it goes on. */
  #stall(pending: Pending): void {
    const fate = ++this.#stalled % 2 === 0 ? "done" : "refused";
    this.vendor.land(pending.operation, fate, Math.min(this.#time, pending.since + DEADLINE_MS));
    this.#pending.push({ ...pending, fate });
  }

  #alarm(): void {
    for (const [id, at] of this.disk.turns) {
      if (at <= this.#now()) void this.#effects.turn(id).catch(() => undefined);
    }
  }

  #crash(zombie: boolean): void {
    // Nobody told the old life: what it awaits still ends for it, and it acts on that.
    if (zombie) {
      this.#effects = this.#born();
      return;
    }
    for (const { kind, operation, since, fate } of this.#pending) {
      if (kind === "send" && fate === undefined) this.#orphans.push({ operation, fate: "cut_after", since });
    }
    this.#pending = [];
    this.#timers = [];
    for (const row of this.disk.executing()) this.#forget(row);
    this.#effects = this.#born();
  }

  /** What the bugs do to a dispatch whose answer a crash took away. */
  #forget(row: Operation): void {
    if (this.#bugs.lease_expiry_is_absence) this.disk.update({ ...row, state: "failed_safe" });
    if (this.#bugs.write_after_effect) {
      this.disk.update({ ...row, state: "claimed", fence: row.fence - 1, dispatch_order: null });
    }
  }

  #decide(yes: boolean, by: number): void {
    const waiting = this.disk.operations.findLast(({ state }) => state === "awaiting_approval");
    const subject = ["approver", "analyst"][by % 2] as string;
    if (waiting === undefined) return;
    const decision = yes ? ("approve" as const) : ("deny" as const);
    const approver = { subject, person: subject, session_id: "ses_console" };
    void this.#effects.decide(waiting.id, { decision, by: approver, reason: "model" }).then(({ ok }) => {
      if (ok && yes && subject === waiting.requester.subject)
        this.violations.push(`${waiting.id} was self-approved`);
    });
  }

  #settle(happened: boolean): void {
    const stuck = this.disk.operations.find(({ state }) => state === "needs_operator");
    if (stuck === undefined) return;
    // An honest operator: says what the vendor's own console shows.
    const true_outcome = this.vendor.effects.some(({ operation_id }) => operation_id === stuck.id);
    const outcome =
      happened && true_outcome ? ("happened" as const) : true_outcome ? null : ("did_not_happen" as const);
    if (outcome !== null && !this.#orphans.some(({ operation }) => operation.id === stuck.id)) {
      void this.#effects.settle(stuck.id, { outcome, by: "approver", reason: "model" });
    }
  }
}

/** Lets every continuation run that can run without the model's doing. */
async function flush(): Promise<void> {
  for (let turn = 0; turn < 24; turn++) await null;
}
