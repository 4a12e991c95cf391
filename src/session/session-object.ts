/** Takes every request of one session, on either lane, to the path, and keeps the session's audit chain. */
import { isLegacyRequest } from "@modelcontextprotocol/server";
import type { AuditFact } from "../audit/event/event.ts";
import { AuditedObject } from "../audit/write/audited-object.ts";
import type { Env } from "../bindings.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { readinessOf } from "../downstream/readiness.ts";
import { REFUSED_CALLS_TASK, RefusedCalls } from "../limits/refused-calls.ts";
import { type LimitRefusal, SessionLimits } from "../limits/session-limits.ts";
import { callLimits } from "../limits/settings.ts";
import { log } from "../observe/log.ts";
import type { Result } from "../path/answer.ts";
import type { Source } from "../path/canonical.ts";
import { walk } from "../path/path.ts";
import type { PathSession } from "../path/ports.ts";
import { revoked } from "../path/refusals.ts";
import type { AddedToGrant, SessionControl, SessionRecord, Standing } from "../person/session-control.ts";
import { standingLimits } from "../person/standing.ts";
import { isOffered } from "../tenant/availability.ts";
import type { Switches, SwitchListener } from "../tenant/protocol.ts";
import { Switchboard } from "../tenant/switchboard.ts";
import { effectNameOf } from "../toolkit/operation-id.ts";
import type { Principal } from "../toolkit/principal.ts";
import type { Role } from "../toolkit/scopes.ts";
import { traceIdOf } from "../toolkit/upstream/trace-context.ts";
import { callOf, idOf, isCall, readBody } from "./body.ts";
import { CALLER_HEADER, type CallerAuth } from "./caller.ts";
import { chargeFor } from "./charge.ts";
import { Confirmations } from "./confirmations.ts";
import { HEADER_MISMATCH, isRefusedEnvelope, refusedEnvelopeFact } from "./errors/refused-envelope.ts";
import { rpcError } from "./errors/rpc-error.ts";
import { needsStepUp, stepUp, unauthorized } from "./errors/step-up.ts";
import { refusedRequest } from "./errors/too-many-requests.ts";
import { withdrawnEra } from "./errors/withdrawn-era.ts";
import { type Granted, grantedTo } from "./granted.ts";
import type { LaneCall, LaneHost } from "./lanes/lane.ts";
import { LegacyLane } from "./lanes/legacy-lane.ts";
import { ModernLane } from "./lanes/modern-lane.ts";
import { type ResumedCall, redeemState, sealState } from "./lanes/resumption.ts";
import { type KnownSession, SessionStore } from "./session-store.ts";

const METHODS = ["GET", "POST", "DELETE"];

/**
 * One per session: person × client × redirect URI, until revoked. Every call of the session, on either lane,
 * enters the path here, and leaves its audit event in this object's chain.
 */
export class SessionObject extends AuditedObject implements SessionControl, SwitchListener {
  readonly #store: SessionStore;
  readonly #host: LaneHost;
  readonly #modern: ModernLane;
  readonly #legacy: LegacyLane;
  readonly #switchboard: Switchboard;
  readonly #limits: SessionLimits;
  readonly #refused: RefusedCalls;
  readonly #confirmations: Confirmations;

  protected override readonly tasks = {
    [REFUSED_CALLS_TASK]: async (limit: string) => this.#refused.conclude(limit),
  };

  /** @param catalogue what the deployment can be asked for */
  constructor(ctx: DurableObjectState, env: Env, catalogue: Catalogue) {
    super(ctx, env);
    this.#store = new SessionStore(ctx.storage);
    this.#switchboard = new Switchboard(env, () => this.#store.record?.session_id ?? "");
    const roles = () => this.#store.record?.roles ?? [];
    this.#host = {
      catalogue,
      get roles() {
        return roles();
      },
      offers: (tool) => isOffered(env, tool),
      call: (call) => this.#call(call),
      seal: (call, operation_id) => sealState(this.env, this.#resumed(call), operation_id, Date.now()),
      confirm: (operation_id, yes) => this.#confirm(operation_id, yes),
    };
    this.#modern = new ModernLane(this.#host, new URL(env.PUBLIC_URL).hostname);
    this.#legacy = new LegacyLane(this.#host, this.#store);
    this.#confirmations = new Confirmations(
      standingLimits(env),
      this.#store,
      ({ person, session_id }, act) => env.PERSON.getByName(person).confirm(session_id, act),
      (work) => ctx.waitUntil(work),
    );
    this.#refused = new RefusedCalls(ctx.storage, this.due, this.ledger);
    this.#limits = new SessionLimits(
      callLimits(env),
      (wanted) => env.PERSON.getByName(this.#store.record?.person ?? "").grantCalls(wanted),
      (work) => ctx.waitUntil(work),
    );
  }

  /** Begins the session, or takes it up again after its person was signed out and has signed in again. */
  async open(opened: SessionRecord): Promise<void> {
    const known = this.#store.record;
    // A push that was overtaken says nothing new; and what was revoked is never opened again.
    if (known !== null && (known.epoch >= opened.epoch || known.ended === "revoked")) return;
    this.ctx.storage.transactionSync(() => {
      this.ledger.identify("session", opened.session_id);
      this.#store.write({ ...opened, ended: null });
      this.#note({ ...opened, ended: null }, "opened");
    });
    if (known !== null) this.#announce(known.roles, opened.roles);
  }

  /** Takes over what changed about the person. It holds from the next call on. */
  async update(standing: Standing): Promise<void> {
    const known = this.#store.record;
    if (known === null || known.epoch >= standing.epoch || known.ended === "revoked") return;
    const { revoked, reason = "revoked", ...now } = standing;
    const updated = { ...known, ...now, ended: revoked ? reason : null };
    this.ctx.storage.transactionSync(() => {
      this.#store.write(updated);
      this.#note(updated, updated.ended ?? "updated");
    });
    if (updated.ended !== null) {
      this.#modern.close();
      await this.#legacy.close();
    } else {
      this.#announce(known.roles, updated.roles);
    }
  }

  /** Takes over that a grant has ended. It holds from the next call on; the session's other grants go on. */
  async endGrant(grant_id: string): Promise<void> {
    this.#store.endGrant(grant_id, Date.now());
  }

  /** Takes over what the person has added to a grant, or taken back. It holds from the next call on. */
  async allow(added: AddedToGrant): Promise<void> {
    if (!this.#store.writeAdded(added)) return;
    this.#listsChanged();
  }

  /** Takes over what an administrator has switched off or on. It holds from the next call on. */
  async switched(switches: Switches): Promise<void> {
    this.#switchboard.take(switches);
  }

  override async fetch(request: Request): Promise<Response> {
    const auth = JSON.parse(request.headers.get(CALLER_HEADER) ?? "null") as CallerAuth | null;
    if (auth === null || auth.session_id !== this.#store.record?.session_id) {
      return unauthorized(this.env, "This session isn't known here. Sign in again.");
    }
    if (!METHODS.includes(request.method)) {
      const headers = { allow: METHODS.join(", ") };
      const refusal = rpcError(405, -32000, "MCP has no use for this method.", { headers });
      return this.#audited(request, undefined, refusal);
    }
    const body = await readBody(request);
    if (!body.ok) return this.#audited(request, undefined, body.refusal);
    const { parsed } = body;
    const refused = await this.#limits.admit(chargeFor(request.method, parsed));
    if (refused !== null) return refusedRequest(refused.failure, idOf(parsed));
    const granted = grantedTo(this.env, auth, this.#store.addedTo(auth.grant_id), Date.now());
    if (this.#store.hasEnded(auth.grant_id)) return this.#refuseEndedGrant(parsed, granted);
    const legacy = await isLegacyRequest(request, parsed);
    const withdrawn = withdrawnEra(this.env, legacy ? "2025-11-25" : "2026-07-28", parsed);
    // Only now: a body can take its time, and the session may have ended meanwhile.
    const ended = this.#store.record?.ended !== null;
    if (ended && !isCall(parsed)) {
      return unauthorized(this.env, "This session was revoked. Sign in again.");
    }
    if (withdrawn !== null) return this.#audited(request, parsed, withdrawn);
    if (legacy)
      return this.#audited(
        request,
        parsed,
        await this.#legacy.handle(request, parsed, auth.client_id, granted),
      );
    const call = ended ? null : needsStepUp(this.#host.catalogue, parsed, this.#principal(granted));
    if (call !== null) return stepUp(this.env, call, await this.#call({ ...call, granted }));
    return this.#audited(
      request,
      parsed,
      await this.#modern.handle(request, parsed, auth.client_id, granted),
    );
  }

  /** What is refused before the path leaves its event here; what the path refused has left one there. */
  async #audited(request: Request, parsed: unknown, response: Response): Promise<Response> {
    if (!isRefusedEnvelope(response)) return response;
    const fact = await refusedEnvelopeFact(request, parsed, response);
    const { client_id = null, client_name = null } = this.#store.record ?? {};
    if (fact.detail?.rpc_code === HEADER_MISMATCH)
      log("warn", "client_mixes_eras", { client_id, client_name });
    const over = await this.#limits.admit(1);
    if (over === null) this.ledger.append({ ...fact, ...this.#who() });
    else this.#refused.note(over.limit, fact, this.#who());
    return response;
  }

  /** What was asked for is on record all the same. */
  async #refuseEndedGrant(parsed: unknown, granted: Granted): Promise<Response> {
    const call = callOf(parsed);
    if (call !== null) await this.#call({ ...call, granted, ended: true });
    return unauthorized(this.env, "This access has ended. Sign in again.");
  }

  #call(call: LaneCall): Promise<Result> {
    return this.#limits.during((refused) => this.#walk(call, refused));
  }

  async #walk(call: LaneCall, refused: LimitRefusal | null): Promise<Result> {
    const { method, name, args, meta, granted, state, listener, ended } = call;
    const session: PathSession = {
      env: this.env,
      keys: this.#store,
      sources: (capability) => sourcesOf(this.env, this.#host.catalogue, capability),
      find: (asked) => this.#host.catalogue.find(asked),
      person: this.#store.record?.person ?? "",
      admitted: () => {
        if (refused !== null) throw refused.failure;
      },
      principal: () => {
        if (ended === true) throw revoked();
        return this.#principal(granted);
      },
      confidence: (act) => this.#confirmations.forAct(act),
      enabled: (wanted) => this.#switchboard.require(wanted),
      audit: (fact) =>
        refused === null ? this.ledger.append(fact) : this.#refused.note(refused.limit, fact, this.#who()),
    };
    const resumed =
      // A state is good for one call, which a refused one is not.
      state === undefined || refused !== null
        ? {}
        : { resumes: redeemState(this.env, this.#resumed(call), state, this.#store, Date.now()) !== null };
    return walk({ method, name, args, listener, trace_id: traceIdOf(meta), ...resumed }, session);
  }

  /** Clients hear of changed lists when they read their streams; whoever changed the roles doesn't wait for that. */
  #announce(before: readonly Role[], now: readonly Role[]): void {
    if (!sameRoles(before, now)) this.#listsChanged();
  }

  #listsChanged(): void {
    this.#modern.listsChanged();
    this.ctx.waitUntil(this.#legacy.listsChanged());
  }

  /** The person's own word; whether they still may is looked at before the dispatch, as for everybody. */
  async #confirm(operation_id: string, yes: boolean): Promise<void> {
    const record = this.#store.record;
    const effect = effectNameOf(operation_id);
    if (record === null || record.ended !== null || effect === null) return;
    const { subject, person, session_id } = record;
    await this.env.EFFECT.getByName(effect).decide(operation_id, {
      decision: yes ? "approve" : "deny",
      by: { subject, person, session_id },
      reason: yes ? "Confirmed by the person who asked" : "Not confirmed by the person who asked",
    });
  }

  #who(): Pick<AuditFact, "subject" | "roles" | "session_id" | "client_id"> {
    const { subject = null, roles = [], session_id = null, client_id = null } = this.#store.record ?? {};
    return { subject, roles, session_id, client_id };
  }

  #resumed({ method, name, args }: LaneCall): ResumedCall {
    const { session_id = "", subject = "", client_id = "" } = this.#store.record ?? {};
    return { session_id, subject, client_id, method, name, args };
  }

  #note(record: KnownSession, decision: string): void {
    const { subject, roles, session_id, client_id, client_name, epoch } = record;
    const detail = { client_name, epoch };
    this.ledger.append({
      type: "session",
      decision,
      outcome: "ok",
      subject,
      roles,
      session_id,
      client_id,
      detail,
    });
  }

  #principal(granted: Granted): Principal {
    const record = this.#store.record;
    if (record === null || record.ended !== null) throw revoked();
    const { tenant, subject, display, roles, client_id, session_id } = record;
    return { tenant, subject, display, roles, client_id, session_id, ...granted };
  }
}

function sameRoles(before: readonly Role[], now: readonly Role[]): boolean {
  return before.length === now.length && before.every((role) => now.includes(role));
}

/** The vendors that have things of a capability, and whether this instance is configured for them. */
function sourcesOf(env: Env, catalogue: Catalogue, capability: string): Source[] {
  return catalogue.sources(capability).map(({ name, credentials }) => ({
    name,
    used: credentials.some((credential) => readinessOf(env, credential).state !== "unused"),
  }));
}
