import type { PresentedAnchor } from "./anchor.ts";
import type { PresentedCheckpoint } from "./checkpoint.ts";
import { anchorLine, checkpointLine } from "./export.ts";

/** Whoever wrote to the store may have put anything there. It has to come out all the same: it is evidence. */
const ANCHOR = "chain, CAST(seq AS INTEGER) AS seq, CAST(hash AS TEXT) AS hash, CAST(jws AS TEXT) AS jws";
const CHECKPOINT = "n, CAST(jws AS TEXT) AS jws, CAST(heads AS TEXT) AS heads";

const ANCHORS = 500;
/** They come with their lists, which may be long. */
const CHECKPOINTS = 10;

/**
 * The anchors and then the checkpoints of an export, page by page: what its events are verified against.
 * @param through the last checkpoint that is wanted
 */
export async function* proofLines(db: D1Database, through: number): AsyncGenerator<readonly string[]> {
  let chain = "";
  for (;;) {
    const { results } = await db
      // What isn't text is no chain's name.
      .prepare(
        `SELECT ${ANCHOR} FROM audit_anchors WHERE chain > ? AND typeof(chain) = 'text' ORDER BY chain LIMIT ?`,
      )
      .bind(chain, ANCHORS)
      .all<PresentedAnchor>();
    yield results.map(anchorLine);
    if (results.length < ANCHORS) break;
    chain = results.at(-1)?.chain ?? chain;
  }
  let n = 0;
  for (;;) {
    const { results } = await db
      .prepare(`SELECT ${CHECKPOINT} FROM audit_checkpoints WHERE n > ? AND n <= ? ORDER BY n LIMIT ?`)
      .bind(n, through, CHECKPOINTS)
      .all<PresentedCheckpoint>();
    yield results.map(checkpointLine);
    if (results.length < CHECKPOINTS) return;
    n = results.at(-1)?.n ?? n;
  }
}
