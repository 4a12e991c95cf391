import { Effects } from "../../src/effect/effects.ts";
import { newOperationId, type Operation, operationKey, type Requester } from "../../src/effect/operation.ts";
import type { Ready, World } from "../../src/effect/ports.ts";
import type { Claim, Go, OperationView } from "../../src/effect/protocol.ts";
import type { Action, Bugs } from "./action.ts";
import { MemoryDisk } from "./memory.ts";
import { PEOPLE } from "./people.ts";
import { modelTool, TARGET, TOOL_NAMES as TOOLS } from "./tools.ts";
import {
  DEADLINE_MS,
  dataOf,
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
  #keys = new Map<string, string>();
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
      shows: (tool) => this.vendor.shows(tool, this.#time),
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
      settleMs: () => (this.#bugs.early_look ? SETTLE_MS - LAG_MS : SETTLE_MS),
    };
    return new Effects(this.disk, new ModelDispatcher(wire), new ModelReadback(wire), world, (running) => {
      running.catch(() => undefined);
    });
  }

  /** Nothing of a dead life goes on: what it awaited never ends for it. */
  #hold(kind: Pending["kind"], operation: Operation, life: number): Promise<Fate> {
    if (kind === "send") this.#checkIntent(operation);
    const { promise, resolve } = Promise.withResolvers<Fate>();
    this.#pending.push({ kind, operation, since: this.#time, life, end: resolve });
    return promise;
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
    for (const { decision, detail, operation_id, tool } of this.disk.journal.slice(this.#checked)) {
      const claimed_so = decision === "succeeded" && detail?.evidence === "already_so";
      if (claimed_so && !this.vendor.isSo(tool ?? ""))
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

  #call(action: Extract<Action, { do: "call" }>): void {
    const requester = PEOPLE[action.person % PEOPLE.length] as Requester;
    const tool = TOOLS[action.tool % TOOLS.length] as string;
    const fresh = newOperationId("acme", TARGET);
    const named = action.key === null ? null : `${requester.session_id}/${tool}/${action.key}`;
    if (named !== null && !this.#keys.has(named)) this.#keys.set(named, fresh);
    const operation_id = named === null ? fresh : (this.#keys.get(named) as string);
    const done = this.disk.operations.findLast(
      ({ tool: other, state }) => other === tool && state === "succeeded",
    );
    const derived = operationKey("acme", tool, TARGET, {});
    const claim: Claim = {
      operation_id,
      tool,
      target: TARGET,
      key: this.#bugs.key?.(derived, this.#now()) ?? derived,
      input: {},
      reason: "model",
      finding_id: null,
      supersedes: action.supersede ? (done?.id ?? null) : null,
      trace_id: null,
      requester,
    };
    const call = this.#walk(claim, requester, this.#effects, this.#life);
    call.then(
      (answer) => this.#receive(answer),
      () => undefined,
    );
  }

  /** Steps 4 to 6 of the path, as a session walks them. */
  async #walk(
    claim: Claim,
    requester: Requester,
    effects: Effects<Ready>,
    life: number,
  ): Promise<OperationView | null> {
    const claimed = await effects.claim(claim);
    if (claimed.kind === "busy" || claimed.kind === "bad_supersedes") return null;
    let { operation } = claimed;
    const waits = operation.state.startsWith("awaiting");
    const other = waits && operation.requester.subject !== requester.subject;
    if (claimed.kind === "match" && operation.state !== "failed_safe" && !other) return operation;
    const row = this.disk.get(operation.id) as Operation;
    // Seen now, heard of whenever the model lets it be.
    const in_effect = this.vendor.shows(claim.tool, this.#time);
    const looked = await this.#hold("gate", row, life);
    if (looked === "cut_before") {
      await effects.abandon(operation.id, null);
      return null;
    }
    const before = dataOf(claim.tool);
    const go: Go = {
      requester,
      policy_version: "1",
      before,
      in_effect,
      as_of: claimed.as_of,
      input: {},
      reason: "model",
    };
    if (requester.roles.includes("responder")) {
      const executed = await effects.execute(operation.id, go);
      return executed.kind === "busy" || executed.kind === "failed" ? null : executed.operation;
    }
    if (waits) return operation;
    if (operation.state === "failed_safe") {
      const instead = await effects.claimInstead(
        { ...claim, operation_id: newOperationId("acme", TARGET) },
        operation.id,
      );
      if (instead.kind !== "new") return null;
      operation = instead.operation;
    }
    return effects.hold(operation.id, {
      for: "approval",
      policy_version: "1",
      because: "model",
      before,
      attributes: {},
    });
  }

  #receive(answer: OperationView | null): void {
    if (answer === null || answer.state !== "succeeded" || answer.data === null) return;
    const seen = this.received.get(answer.id) ?? new Set();
    this.received.set(answer.id, seen.add(answer.data));
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
    this.vendor.land(pending.operation, fate, this.#time);
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
