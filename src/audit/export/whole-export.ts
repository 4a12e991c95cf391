/**
 * Exports everything that the audit store holds: anchors, checkpoints, then events, while retention waits.
 */
import { proofLine, rowLine } from "../../../verifier/export/export.ts";
import {
  ANCHORS,
  CHECKPOINTS,
  EVENTS,
  presentedEvent,
  presentedProof,
  type WalkedTable,
} from "../../../verifier/verify/walk.ts";
import type { Env } from "../../bindings.ts";
import { EventsUnderWay, SignedLately } from "./under-way.ts";
import { everyPage } from "./walk-pages.ts";

const ANCHORS_OF_PAGE = 500;
/** They come with their lists, which may be long. */
const CHECKPOINTS_OF_PAGE = 10;
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
  const extent = await extentOf(env.DB);
  for await (const page of everyPage(env.DB, ANCHORS, { through: extent.anchors, limit: ANCHORS_OF_PAGE })) {
    await hold.check();
    yield page.map((row) => proofLine(presentedProof(ANCHORS, row)));
  }
  const signed = new SignedLately(clock());
  const checkpoints = { through: extent.checkpoints, limit: CHECKPOINTS_OF_PAGE };
  for await (const page of everyPage(env.DB, CHECKPOINTS, checkpoints)) {
    await hold.check();
    for (const listed of page) signed.add(listed);
    yield page.map((row) => proofLine(presentedProof(CHECKPOINTS, row)));
  }
  const under_way = new EventsUnderWay(clock(), signed.heads);
  const events = { through: extent.events, limit: PAGE, more: ANCHORED };
  for await (const page of everyPage(env.DB, EVENTS, events)) {
    await hold.check();
    const whole = page.filter((event) => under_way.passes(event));
    yield whole.map(({ anchored: _anchored, row_number: _row_number, ...row }) =>
      rowLine(presentedEvent(row)),
    );
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

/** Up to where retention has let the event's chain go. */
const ANCHORED = "COALESCE((SELECT a.seq FROM audit_anchors AS a WHERE a.chain = e.chain), 0) AS anchored";

/** How much each table has taken in. Row numbers grow with it, and as text none of them is too large. */
interface Extent {
  readonly anchors: string;
  readonly checkpoints: string;
  readonly events: string;
}

async function extentOf(db: D1Database): Promise<Extent> {
  const last = ({ name }: WalkedTable) => `COALESCE((SELECT CAST(MAX(rowid) AS TEXT) FROM ${name}), '0')`;
  const extent = await db
    .prepare(
      `SELECT ${last(ANCHORS)} AS anchors, ${last(CHECKPOINTS)} AS checkpoints, ${last(EVENTS)} AS events`,
    )
    .first<Extent>();
  return extent ?? { anchors: "0", checkpoints: "0", events: "0" };
}
