import type { AuditFact } from "../audit/event.ts";
import type { Principal } from "./principal.ts";
import type { Tool } from "./tool.ts";

/** A caller's idempotency keys, kept by the session for its life. */
export interface Keys {
  /**
   * The operation that `key` stands for; from now on that is `operation_id`, if it stood for none.
   * @throws Failure `idempotency_key_reused` if it stands for another action
   */
  bind(key: string, fingerprint: string, operation_id: string): string;
  /** `key` stands for the operation that answered, which may be an older one than was written down. */
  rebind(key: string, operation_id: string): void;
}

/** What the path needs of the session that a call came in through. */
export interface PathSession {
  readonly env: Env;
  readonly keys: Keys;
  /**
   * Who is asking, as the session and the person stand now.
   * @throws Failure `session_revoked`
   */
  principal(): Principal;
  /**
   * Refuses what an administrator has switched off.
   * @throws Failure `tool_disabled`
   */
  enabled(tool: Tool): Promise<void>;
  /** The person object that counts this person's changes. */
  readonly person: string;
  /** Appends the call's audit event, synchronously, and returns its id. Throws if it can't. */
  audit(fact: AuditFact): string;
}

/** One call of one tool. */
export interface Call {
  readonly tool: string;
  readonly args: unknown;
  /** False for a call that claims to resume another one and doesn't. */
  readonly resumes?: boolean;
  /** W3C trace id, if the client sent one. */
  readonly trace_id: string | null;
}
