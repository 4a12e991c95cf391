import { anchorLine, checkpointLine, exportLine } from "./export.ts";
import { anchorPages, checkpointPages } from "./proof-pages.ts";
import type { WholeEvent } from "./search.ts";
import { SignedLately, UnderWay } from "./under-way.ts";

const PAGE = 100;
/** How often retention is told that it still has to wait. It waits for ten minutes. */
const HOLD_AGAIN_MS = 60_000;

/**
 * An export of all that the store holds when it begins, page by page: the anchors, the checkpoints, and the events in
 * the order of their chains. An export takes as long as whoever reads it. What the store takes in meanwhile isn't in
 * it, for a later page would speak of what an earlier one lacks; nor is what has overtaken an event that is still on its
 * way; and retention waits.
 * @param clock milliseconds since the epoch
 * @throws Error if retention has run all the same: the pages so far and the rest aren't one whole
 */
export async function* wholeExport(
  env: Env,
  clock: () => number = Date.now,
): AsyncGenerator<readonly string[]> {
  const hold = await Hold.take(env, clock);
  const { rows, checkpoint } = await extentOf(env.DB);
  for await (const page of anchorPages(env.DB)) {
    await hold.check();
    yield page.map(anchorLine);
  }
  const signed = new SignedLately(clock());
  for await (const page of checkpointPages(env.DB, checkpoint)) {
    await hold.check();
    for (const listed of page) signed.add(listed);
    yield page.map(checkpointLine);
  }
  const under_way = new UnderWay(clock(), signed.heads);
  for await (const page of eventsThrough(env.DB, rows)) {
    await hold.check();
    const whole = page.filter((event) => under_way.passes(event));
    yield whole.map((event) => exportLine(event, event.event));
  }
  await hold.renew();
}

/** Retention that waits. */
class Hold {
  readonly #env: Env;
  readonly #clock: () => number;
  readonly #runs: number;
  #taken_at: number;

  static async take(env: Env, clock: () => number): Promise<Hold> {
    const now = clock();
    return new Hold(env, clock, await tenantOf(env).holdRetention(now), now);
  }

  private constructor(env: Env, clock: () => number, runs: number, taken_at: number) {
    this.#env = env;
    this.#clock = clock;
    this.#runs = runs;
    this.#taken_at = taken_at;
  }

  /** Renews it from time to time. @throws Error as {@link renew} does */
  async check(): Promise<void> {
    if (this.#clock() >= this.#taken_at + HOLD_AGAIN_MS) await this.renew();
  }

  /** @throws Error if something may have gone before the page that was read last: nobody waits for longer than a day */
  async renew(): Promise<void> {
    const now = this.#clock();
    if ((await tenantOf(this.#env).holdRetention(now)) !== this.#runs) {
      throw new Error(
        "events were removed while the audit was exported: begin anew, and read without long pauses",
      );
    }
    this.#taken_at = now;
  }
}

function tenantOf(env: Env) {
  return env.TENANT_OBJECT.getByName(env.TENANT);
}

/** How much the store has taken in. Row numbers grow with it, and as text none of them is too large. */
async function extentOf(db: D1Database): Promise<{ readonly rows: string; readonly checkpoint: number }> {
  const extent = await db
    .prepare(
      `SELECT COALESCE((SELECT CAST(MAX(rowid) AS TEXT) FROM audit_events), '0') AS rows,
         COALESCE((SELECT MAX(n) FROM audit_checkpoints), 0) AS checkpoint`,
    )
    .first<{ rows: string; checkpoint: number }>();
  return extent ?? { rows: "0", checkpoint: 0 };
}

type Exported = WholeEvent & { readonly anchored: number };

async function* eventsThrough(db: D1Database, rows: string): AsyncGenerator<readonly Exported[]> {
  let after = { chain: "", seq: 0 };
  for (;;) {
    const { results } = await db
      .prepare(
        `SELECT chain, seq, prev, hash, event, at, event_id,
           COALESCE((SELECT a.seq FROM audit_anchors AS a WHERE a.chain = e.chain), 0) AS anchored
         FROM audit_events AS e
         WHERE (chain, seq) > (?, ?) AND rowid <= CAST(? AS INTEGER) ORDER BY chain, seq LIMIT ?`,
      )
      .bind(after.chain, after.seq, rows, PAGE)
      .all<Exported>();
    yield results;
    const last = results.at(-1);
    if (results.length < PAGE || last === undefined) return;
    after = last;
  }
}
