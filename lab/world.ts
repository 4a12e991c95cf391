/** What every simulator works on. */
import type { Effects } from "./effects.ts";
import type { Estate } from "./estate/estate.ts";
import type { Storage } from "./storage.ts";
import type { Tokens } from "./tokens.ts";

/** What every simulator works on: one estate, one list of effects, one store. */
export interface World {
  storage: Storage;
  estate: Estate;
  effects: Effects;
  tokens: Tokens;
  /** Epoch ms. Passed in, so that a test can move time instead of waiting for it. */
  now: () => number;
}
