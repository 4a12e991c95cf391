import { evictDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { breakerReport } from "../../../src/downstream/circuit.ts";

/** Credentials as after a quiet while: no circuit is open, and no refusal is remembered. */
export async function rested(...names: string[]): Promise<void> {
  for (const name of names) {
    breakerReport(name, true);
    const broker = env.BROKER.getByName(name);
    // Only what runs can be evicted.
    await broker.health(name);
    await evictDurableObject(broker);
  }
}
