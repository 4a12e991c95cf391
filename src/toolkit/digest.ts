/** What two values are told apart by. */
import { hash } from "node:crypto";
import canonicalize from "canonicalize";
import type { JsonObject } from "./json.ts";

/** SHA-256, base64url, of the RFC 8785 text of `value`. */
export function digest(value: JsonObject): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError("a value without JSON form has no digest");
  return hash("sha256", text, "base64url");
}
