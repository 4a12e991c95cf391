/**
 * Keeps one circuit breaker for each credential in this isolate, and tells the broker when its state
 * changes.
 */
import { env, waitUntil } from "cloudflare:workers";
import type { Credential } from "../toolkit/upstream/credential.ts";
import { circuitOpen } from "../toolkit/upstream/failures.ts";
import { Breaker } from "./breaker.ts";

/** One for each credential, by its name, in this isolate's memory: sharing it would cost a hop with each request. */
const breakers = new Map<string, Breaker>();

function breakerOf(name: string): Breaker {
  let breaker = breakers.get(name);
  if (breaker === undefined) {
    breaker = new Breaker();
    breakers.set(name, breaker);
  }
  return breaker;
}

/**
 * Asks whether a request may go out with this credential; {@link breakerReport} is to follow.
 * @throws Failure `circuit_open`: nothing may be sent for a moment
 */
export function breakerAllows({ name, vendor }: Credential): void {
  const wait_ms = breakerOf(name).refusal();
  if (wait_ms !== null) throw circuitOpen(vendor, wait_ms);
}

/** Whether the circuit stands open. Asks nothing and promises nothing. */
export function breakerIsOpen(name: string): boolean {
  return breakerOf(name).state === "open";
}

/**
 * Says how a request ended.
 * @param answered `true` for any answer below 500: a refusal shows that the vendor is there
 */
export function breakerReport(name: string, answered: boolean): void {
  const breaker = breakerOf(name);
  const before = breaker.state;
  breaker.report(answered);
  if (breaker.state === before) return;
  // For health pages only. A broker that can't be told must not fail the call.
  waitUntil(
    env.BROKER.getByName(name)
      .report(name, breaker.state)
      .catch(() => undefined),
  );
}
