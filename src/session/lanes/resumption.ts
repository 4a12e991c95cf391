/**
 * Seals the state by which a client resumes a call after its person's answer, once and for that call alone.
 */
import { v7 as uuidv7 } from "uuid";
import * as z from "zod";
import { open, seal } from "../../auth/seal.ts";
import type { Env } from "../../bindings.ts";
import type { CallMethod } from "../../path/ports.ts";
import { digest } from "../../toolkit/digest.ts";
import type { JsonObject } from "../../toolkit/json.ts";

/** As long as an approval may wait: after that there is nothing to resume. */
const LIFE_MS = 60 * 60_000;
const PURPOSE = "request-state";

const Content = z.strictObject({ nonce: z.string(), operation_id: z.string(), expires_at: z.int() });

/** What a request state belongs to. It resumes this call of this person, and no other. */
export interface ResumedCall {
  readonly session_id: string;
  readonly subject: string;
  readonly client_id: string;
  readonly method: CallMethod;
  readonly name: string;
  readonly args: unknown;
}

/** A store that remembers what was used, for as long as it could be used again. */
export interface UsedOnce {
  /** True the first time. @param until milliseconds since the epoch */
  use(nonce: string, until: number): boolean;
}

/** Seals the state that a 2026-07-28 client carries through a round with its person. */
export function sealState(env: Env, call: ResumedCall, operation_id: string, now: number): string {
  const content = { nonce: uuidv7(), operation_id, expires_at: now + LIFE_MS };
  return seal(env, PURPOSE, binding(call), JSON.stringify(content));
}

/**
 * The operation that a state resumes, or `null` if it was altered, is used up or too old, or belongs to another
 * person, client, call or arguments.
 */
export function redeemState(
  env: Env,
  call: ResumedCall,
  state: string,
  used: UsedOnce,
  now: number,
): string | null {
  const bound = bindingOrNull(call);
  const text = bound === null ? null : open(env, PURPOSE, bound, state);
  if (text === null) return null;
  const { nonce, operation_id, expires_at } = Content.parse(JSON.parse(text));
  if (now >= expires_at || !used.use(nonce, expires_at)) return null;
  return operation_id;
}

/** `null` for arguments that have no digest, such as half of a character: no state was ever made for those. */
function bindingOrNull(call: ResumedCall): readonly string[] | null {
  try {
    return binding(call);
  } catch {
    return null;
  }
}

function binding({ session_id, subject, client_id, method, name, args }: ResumedCall): readonly string[] {
  return [session_id, subject, client_id, method, name, digest({ args: (args ?? {}) as JsonObject })];
}
