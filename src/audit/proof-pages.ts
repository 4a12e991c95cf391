import type { PresentedAnchor } from "./anchor.ts";
import type { PresentedCheckpoint } from "./checkpoint.ts";

/** Whoever wrote to the store may have put anything there. It has to come out all the same: it is evidence. */
const ANCHOR = "chain, CAST(seq AS INTEGER) AS seq, CAST(hash AS TEXT) AS hash, CAST(jws AS TEXT) AS jws";
const CHECKPOINT = "n, CAST(at AS TEXT) AS at, CAST(jws AS TEXT) AS jws, CAST(heads AS TEXT) AS heads";

const ANCHORS = 500;
/** They come with their lists, which may be long. */
const CHECKPOINTS = 10;

/** A checkpoint, and when it was made by what stands beside it. */
export type DatedCheckpoint = PresentedCheckpoint & { readonly at: string };

/** The anchors of an export, page by page. */
export async function* anchorPages(db: D1Database): AsyncGenerator<readonly PresentedAnchor[]> {
  let chain = "";
  for (;;) {
    const { results } = await db
      // What isn't text is no chain's name.
      .prepare(
        `SELECT ${ANCHOR} FROM audit_anchors WHERE chain > ? AND typeof(chain) = 'text' ORDER BY chain LIMIT ?`,
      )
      .bind(chain, ANCHORS)
      .all<PresentedAnchor>();
    yield results;
    if (results.length < ANCHORS) return;
    chain = results.at(-1)?.chain ?? chain;
  }
}

/**
 * The checkpoints of an export, page by page.
 * @param through the last one that is wanted
 */
export async function* checkpointPages(
  db: D1Database,
  through: number,
): AsyncGenerator<readonly DatedCheckpoint[]> {
  let n = 0;
  for (;;) {
    const { results } = await db
      .prepare(`SELECT ${CHECKPOINT} FROM audit_checkpoints WHERE n > ? AND n <= ? ORDER BY n LIMIT ?`)
      .bind(n, through, CHECKPOINTS)
      .all<DatedCheckpoint>();
    yield results;
    if (results.length < CHECKPOINTS) return;
    n = results.at(-1)?.n ?? n;
  }
}
