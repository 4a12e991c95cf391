import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";

/** Long enough for any honest name, and short enough for a page, a session and an audit event. */
const MAX_LENGTH = 80;

/** A client's name for people: without the control and direction characters by which it could pass for another. */
export function clientName({ clientName }: Pick<ConsentDescription, "clientName">): string {
  const plain = [...clientName.replace(/[\p{Cc}\p{Cf}]/gu, "").trim()];
  return plain.length > MAX_LENGTH ? `${plain.slice(0, MAX_LENGTH).join("")}…` : plain.join("");
}
