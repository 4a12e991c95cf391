/**
 * Has the identity provider asked again where an act needs a newer word, and says how far the known one
 * carries.
 */
import type { Env } from "../bindings.ts";
import { log, reasonOf } from "../observe/log.ts";
import type { PersonRecord } from "./person-record.ts";
import type { ConfirmedStanding } from "./protocol.ts";
import { type Act, askingFor, confidenceIn, type StandingLimits, standingLimits } from "./standing.ts";
import type { UpstreamSession } from "./upstream-session.ts";

/** How long an answer waits for the identity provider, in milliseconds. The renewal itself goes on to its end. */
const PATIENCE_MS = 2_000;

/** Somebody of whom nothing is known. */
const NOBODY = { roles: [], epoch: 0, confirmed_at: 0, renewable: false };

/** Has the identity provider asked about the person, as far as an act needs its word. */
export class Renewals {
  readonly #limits: StandingLimits;
  readonly #record: PersonRecord;
  readonly #upstream: UpstreamSession;
  readonly #announce: () => Promise<void>;
  readonly #keep: (running: Promise<void>) => void;

  /**
   * @param announce tells session objects what changed; throws when one can't be reached
   * @param keep keeps the object alive for work that nobody waits for any more
   */
  constructor(
    env: Env,
    record: PersonRecord,
    upstream: UpstreamSession,
    announce: () => Promise<void>,
    keep: (running: Promise<void>) => void,
  ) {
    this.#limits = standingLimits(env);
    this.#record = record;
    this.#upstream = upstream;
    this.#announce = announce;
    this.#keep = keep;
  }

  /** Sessions know of what changed before this ends. @throws Error when one can't be reached */
  async renew(): Promise<void> {
    await this.#upstream.renew();
    await this.#announce();
  }

  /** The person's standing, after an old word was renewed: beside the answer, or before it. */
  async forAct(act: Act): Promise<Omit<ConfirmedStanding, "active">> {
    const person = this.#record.get();
    const asking = person === null ? "no" : askingFor(this.#limits, act, person, Date.now());
    const renewed = asking === "no" ? null : this.#renewBeside();
    if (asking === "before") {
      const patience = Promise.withResolvers<void>();
      const timer = setTimeout(patience.resolve, PATIENCE_MS);
      await Promise.race([renewed, patience.promise]);
      clearTimeout(timer);
    }
    return this.now(act);
  }

  /** The person's standing as it is known. */
  now(act: Act): Omit<ConfirmedStanding, "active"> {
    const { roles, epoch, confirmed_at, renewable } = this.#record.get() ?? NOBODY;
    const known = { confirmed_at, renewable };
    return { roles, epoch, ...known, confidence: confidenceIn(this.#limits, act, known, Date.now()) };
  }

  /** To its end, even if the caller goes away meanwhile. Never rejects. */
  #renewBeside(): Promise<void> {
    const renewed = this.renew().catch((thrown) => {
      // What a session has to be told stays owed, and the alarm goes on trying.
      log("error", "standing_not_told", { reason: reasonOf(thrown) });
    });
    this.#keep(renewed);
    return renewed;
  }
}
