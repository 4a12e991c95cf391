import { v7 as uuidv7 } from "uuid";
import { link } from "../../src/audit/event/chain.ts";
import type { AuditFact } from "../../src/audit/event/event.ts";
import { type ChainHead, GENESIS } from "../../verifier/event/chain-head.ts";

/** What the chain adds to a fact. */
interface Stamped {
  readonly chain: string;
  readonly seq: number;
  readonly prev: string;
  readonly event_id: string;
  readonly at: string;
  readonly tenant: string;
}

/**
 * The same facts again, as new events in new chains: as large as those that calls left, and in no store yet.
 * @param texts whole events, each chain's in the chain's order
 * @param copy tells these chains from those of other copies
 */
export function reissue(texts: readonly string[], copy: number): string[] {
  const heads = new Map<string, ChainHead>();
  return texts.map((text) => {
    const { chain: old, seq: _seq, prev: _prev, event_id: _id, at: _at, tenant, ...fact } = parse(text);
    const chain = renamed(old, copy);
    const stamp = { chain, tenant, event_id: uuidv7(), at: new Date().toISOString() };
    const { seq, hash, event } = link(heads.get(chain) ?? GENESIS, stamp, fact);
    heads.set(chain, { seq, hash });
    return event;
  });
}

function parse(text: string): Stamped & AuditFact {
  return JSON.parse(text) as Stamped & AuditFact;
}

/** Another incarnation of the same object. */
function renamed(chain: string, copy: number): string {
  const incarnation = chain.lastIndexOf("/") + 1;
  return chain.slice(0, incarnation) + String(copy).padStart(chain.length - incarnation, "0");
}
