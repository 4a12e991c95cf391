/** What makes two requests to create something the same request. Pure. */
import { createHash } from "node:crypto";

/** What a caller said about the thing to be created. */
export interface Creation {
  readonly finding_id: string | null;
  readonly idempotency_key: string | null;
  /** Names the person object: keys are a person's own, and two people's may collide. */
  readonly person: string;
  readonly title: string;
}

const LONGEST = 160;

/**
 * The identity of what is to be created: the finding that it is about, else the caller's own key, else the
 * title as a person would compare it. Models reword titles, so the first two are the better ones.
 */
export function createdBy({ finding_id, idempotency_key, person, title }: Creation): string {
  if (finding_id !== null) return bounded(`finding/${finding_id}`);
  if (idempotency_key !== null) return bounded(`key/${person}/${idempotency_key}`);
  return bounded(`title/${folded(title)}`);
}

/** Two titles that differ only in case, white space or compatibility forms of characters are the same title. */
function folded(title: string): string {
  return title.normalize("NFKC").toLowerCase().replace(/\s+/gu, " ").trim();
}

/** Short enough to be part of a target's name; what is cut off still tells two apart. */
function bounded(identity: string): string {
  if (identity.length <= LONGEST) return identity;
  const digest = createHash("sha256").update(identity).digest("base64url").slice(0, 22);
  // A cut may fall into the middle of a character.
  return `${identity.slice(0, LONGEST - 23).toWellFormed()}~${digest}`;
}
