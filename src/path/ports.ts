/** Declares what the path needs of the session that a call came in through, and what a call is. */
import type { AuditFact } from "../audit/event/event.ts";
import type { Env } from "../bindings.ts";
import type { Act, Confidence } from "../person/standing.ts";
import type { Missing } from "../tenant/availability.ts";
import type { Principal } from "../toolkit/principal.ts";
import type { ProgressListener } from "../toolkit/progress.ts";
import type { Tool } from "../toolkit/tool.ts";
import type { Source } from "./canonical.ts";

/** A caller's idempotency keys, kept by the session for 90 days at least. */
export interface Keys {
  /**
   * The operation that `key` stands for; from now on that is `operation_id`, if it stood for none.
   * @throws Failure `idempotency_key_reused` if it stands for another action, `invalid_input` if no key more is kept
   */
  bind(key: string, fingerprint: string, operation_id: string): string;
  /** `key` stands for the operation that answered, which may be an older one than was written down. */
  rebind(key: string, operation_id: string): void;
}

/** What answers a call, and the arguments for it: the client's, or those that a resource's URI holds. */
export interface Declaration {
  readonly tool: Tool;
  readonly args: unknown;
}

/** What the path needs of the session that a call came in through. */
export interface PathSession {
  readonly env: Env;
  readonly keys: Keys;
  /** What answers a call, or `null` where this deployment has nothing that does. */
  find(call: Call): Declaration | null;
  /** Lets the call in. @throws Failure `rate_limited` if its session or its person has made too many */
  admitted(): void;
  /**
   * Who is asking, as the session and the person stand now.
   * @throws Failure `session_revoked`
   */
  principal(): Principal;
  /**
   * How far the identity provider's last word carries such an act, after asking for a newer one where that is needed.
   * What the provider says holds before this ends.
   */
  confidence(act: Act): Promise<Confidence>;
  /**
   * What a call of the tool must do without: what an administrator has switched off, or nobody configured.
   * @throws Failure `tool_disabled` if it can't do without
   */
  enabled(tool: Tool): Promise<Missing>;
  /** The vendors that have things of a capability. */
  sources(capability: string): readonly Source[];
  /** The person object that counts this person's changes. */
  readonly person: string;
  /** Appends the call's audit event, synchronously, and returns its id. Throws if it can't. */
  audit(fact: AuditFact): string;
}

/** The requests that walk the path. */
export type CallMethod = "tools/call" | "resources/read" | "prompts/get";

/** One call of one tool, or what is answered as one: the reading of a resource, the asking for a prompt. */
export interface Call {
  readonly method: CallMethod;
  /** The tool's name, the resource's URI, or the prompt's name. */
  readonly name: string;
  readonly args: unknown;
  /** Hears how far the call is, if the client asked to. */
  readonly listener?: ProgressListener | undefined;
  /** False for a call that claims to resume another one and doesn't. */
  readonly resumes?: boolean;
  /** W3C trace id, if the client sent one. */
  readonly trace_id: string | null;
}
