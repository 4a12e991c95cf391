/** Makes the key that names a person's object from their issuer and subject. */
import { createHash } from "node:crypto";

/**
 * Names a person's object, and is the `userId` of their grants: base64url(SHA-256(issuer, newline, sub)).
 *
 * The OAuth provider builds keys and tokens as `userId:grant:secret`, so a subject must not get into them as it
 * is: one with a colon would be taken for somebody else's. An issuer is a URL and has no newline, so the first
 * one always ends it.
 */
export function personKey(issuer: string, subject: string): string {
  return createHash("sha256").update(`${issuer}\n${subject}`).digest("base64url");
}

/** True for what can be a person's key. What can't names nobody, and must make no object. */
export function isPersonKey(text: string): boolean {
  return /^[\w-]{43}$/.test(text);
}
