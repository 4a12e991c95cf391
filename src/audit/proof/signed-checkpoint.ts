/**
 * Finds checkpoints in the store, and returns only those that an accepted key signed under their own
 * number.
 */
import { type Checkpoint, readCheckpoint } from "../../../verifier/proof/checkpoint.ts";
import { LONGEST_JWS, type PublicKey, verifiedStatement } from "../../../verifier/proof/signature.ts";

/** A checkpoint that an accepted key signed, under the number that it was signed with. */
export interface SignedCheckpoint {
  readonly jws: string;
  readonly statement: Checkpoint;
}

/** The end of the checkpoints, as far as signatures go. */
export interface NewestCheckpoint {
  /** `null` if none of the latest rows holds. */
  readonly signed: SignedCheckpoint | null;
  /** Numbers of rows above it that no accepted key signed. Somebody else wrote them. */
  readonly unsigned: readonly number[];
}

/**
 * How many rows are looked at for the newest one that holds. Who can write to the store can put any number above it;
 * whoever asks is a stranger, and each look costs a signature. With more in the way, there is none: that is told of.
 */
const NEWEST_ROWS = 5;

const COLUMNS = `n, CAST(SUBSTR(jws, 1, ${LONGEST_JWS}) AS TEXT) AS jws`;

interface Row {
  readonly n: number;
  readonly jws: string;
}

/** The checkpoint by that number; `null` if there is none that one of `keys` signed. */
export async function signedCheckpoint(
  db: D1Database,
  n: number,
  keys: readonly PublicKey[],
): Promise<SignedCheckpoint | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM audit_checkpoints WHERE n = ?`).bind(n).first<Row>();
  return row === null ? null : asSigned(row, keys);
}

/** The latest checkpoint that one of `keys` signed. */
export async function newestCheckpoint(
  db: D1Database,
  keys: readonly PublicKey[],
): Promise<NewestCheckpoint> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM audit_checkpoints ORDER BY n DESC LIMIT ${NEWEST_ROWS}`)
    .all<Row>();
  const unsigned: number[] = [];
  for (const row of results) {
    const signed = await asSigned(row, keys);
    if (signed !== null) return { signed, unsigned };
    unsigned.push(row.n);
  }
  return { signed: null, unsigned };
}

/** An old statement under a new number is none: so the last one can't be brought back as the next. */
async function asSigned({ n, jws }: Row, keys: readonly PublicKey[]): Promise<SignedCheckpoint | null> {
  const statement = readCheckpoint(await verifiedStatement(jws, "checkpoint", keys));
  return statement?.n === n ? { jws, statement } : null;
}
