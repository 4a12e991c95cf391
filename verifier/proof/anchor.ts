/** Declares an anchor, and checks that an accepted key signed it. */
import * as z from "zod";
import { type PublicKey, verifiedStatement } from "./signature.ts";

/** A signed statement that a chain was whole up to an event, made before that event and those before it may go. */
export interface Anchor {
  readonly chain: string;
  /** The last event that goes. */
  readonly seq: number;
  /** That event's hash: what remains goes on from it. */
  readonly hash: string;
  /** When the statement was made. ISO 8601 UTC. */
  readonly at: string;
}

/** An anchor as it is stored and exported. Nothing of it is trusted. */
export interface PresentedAnchor {
  readonly chain: string;
  readonly seq: number;
  readonly hash: string;
  /** Compact JWS. */
  readonly jws: string;
}

const anchor = z.strictObject({
  chain: z.string().min(1),
  seq: z.int().positive(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
  at: z.iso.datetime({ precision: 3 }),
});

/** A statement's content, or `null` if it isn't an anchor's. */
export function readAnchor(statement: unknown): Anchor | null {
  return anchor.safeParse(statement).data ?? null;
}

/** True if one of `keys` signed the anchor, and it says what stands beside it. */
export async function isSignedAnchor(
  { chain, seq, hash, jws }: PresentedAnchor,
  keys: readonly PublicKey[],
): Promise<boolean> {
  const statement = readAnchor(await verifiedStatement(jws, "anchor", keys));
  return statement?.chain === chain && statement.seq === seq && statement.hash === hash;
}
