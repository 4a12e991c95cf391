/**
 * Decides when a session asks again for its person's standing, and how far the last answer carries an act.
 */
import { log, reasonOf } from "../observe/log.ts";
import type { ConfirmedStanding } from "../person/protocol.ts";
import {
  type Act,
  askingFor,
  type Confidence,
  confidenceIn,
  type StandingLimits,
} from "../person/standing.ts";
import type { KnownSession, SessionStore } from "./session-store.ts";

/** Asks the person's object, which asks the identity provider if that is needed. */
export type AskPerson = (session: KnownSession, act: Act) => Promise<ConfirmedStanding>;

/**
 * When the session's person was last confirmed by the identity provider, as far as this session knows. While that is
 * recent, a call costs no hop.
 */
export class Confirmations {
  readonly #limits: StandingLimits;
  readonly #store: SessionStore;
  readonly #ask: AskPerson;
  readonly #keep: (work: Promise<unknown>) => void;
  #asking = false;

  /** @param keep takes a promise that nobody waits for */
  constructor(
    limits: StandingLimits,
    store: SessionStore,
    ask: AskPerson,
    keep: (work: Promise<unknown>) => void,
  ) {
    this.#limits = limits;
    this.#store = store;
    this.#ask = ask;
    this.#keep = keep;
  }

  /** How far the provider's last word carries an act, after asking for a newer one where that is needed. */
  async forAct(act: Act): Promise<Confidence> {
    const known = this.#store.record;
    if (known === null || known.ended !== null) return "stale";
    const now = Date.now();
    switch (askingFor(this.#limits, act, known, now)) {
      case "no":
        return confidenceIn(this.#limits, act, known, now);
      case "beside":
        if (!this.#asking) this.#keep(this.#renew(known, act));
        return confidenceIn(this.#limits, act, known, now);
      case "before":
        return (await this.#renew(known, act)) ?? confidenceIn(this.#limits, act, known, now);
    }
  }

  /** What the person's object says, or `null` if it can't be reached: then what is known goes on counting. */
  async #renew(session: KnownSession, act: Act): Promise<Confidence | null> {
    this.#asking = true;
    try {
      const { confirmed_at, renewable, confidence } = await this.#ask(session, act);
      const known = this.#store.record;
      if (known !== null && known.confirmed_at < confirmed_at) {
        this.#store.write({ ...known, confirmed_at, renewable });
      }
      return confidence;
    } catch (thrown) {
      log("error", "standing_not_asked", { reason: reasonOf(thrown) });
      return null;
    } finally {
      this.#asking = false;
    }
  }
}
