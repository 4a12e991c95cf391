/** Says how many rate-limit tokens a request costs before the path begins. */
import type { CallMethod } from "../path/ports.ts";

/** What the path charges call by call, wherever it comes from. */
const CALLS = ["tools/call", "resources/read", "prompts/get"] as const satisfies readonly CallMethod[];
/** What costs nothing: calls are not charged twice, and `ping` asks for nothing. */
const FREE: ReadonlySet<unknown> = new Set([...CALLS, "ping"]);

/**
 * How many tokens a request costs before the path begins: one for each message in it that asks for something.
 * Notifications, and answers to what we asked a client, cost nothing: it owes us those.
 * @param parsed the body, or `undefined` where there is none
 */
export function chargeFor(method: string, parsed: unknown): number {
  // A stream costs the object more than a list does.
  if (method === "GET") return 1;
  const messages: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return messages.filter(asksForSomething).length;
}

function asksForSomething(message: unknown): boolean {
  return (
    typeof message === "object" &&
    message !== null &&
    "method" in message &&
    "id" in message &&
    !FREE.has(message.method)
  );
}
