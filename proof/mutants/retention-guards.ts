/** Guards of what is deleted when its time is over, and the tests that fail without them. */
import type { Mutant } from "./mutant.ts";

const RETENTION = ["test/effect/retention.test.ts"];
const WHOLE = ["test/path/retention.worker.test.ts"];
const KEYS = ["test/session/keys.worker.test.ts"];

/** What bounds the keys of sessions and what operations keep, without giving up what the promises need. */
export const RETENTION_GUARDS: readonly Mutant[] = [...arguments_(), ...keys()];

function arguments_(): Mutant[] {
  const file = "src/effect/retention.ts";
  return [
    {
      name: "arguments-given-up-before-their-time",
      file,
      tests: RETENTION,
      find: "if (now < operation.state_at + ARGUMENTS_LIFE_MS) break;",
      replace: "",
    },
    {
      name: "arguments-of-what-is-still-open-given-up",
      file,
      tests: RETENTION,
      find: "ENDED.includes(state) && given_up === null",
      replace: "given_up === null",
    },
    {
      name: "arguments-given-up-over-and-over",
      file,
      tests: RETENTION,
      find: "ENDED.includes(state) && given_up === null",
      replace: "ENDED.includes(state)",
    },
    {
      name: "all-that-is-old-in-one-go",
      file,
      tests: RETENTION,
      find: "rows.longestEnded(MOST_GIVEN_UP)",
      replace: "rows.longestEnded(Number.MAX_SAFE_INTEGER)",
    },
    {
      name: "data-that-outlives-its-arguments",
      file,
      tests: RETENTION,
      find: "    data: null,\n",
      replace: "",
    },
    {
      name: "nothing-has-old-arguments-given-up",
      file: "src/effect/operations.ts",
      tests: WHOLE,
      find: "if (held_since !== null) this.#durable.giveUpAt(held_since + ARGUMENTS_LIFE_MS);",
      replace: "",
    },
    {
      name: "arguments-that-were-given-up-differ-from-all",
      file: "src/effect/machine/matching.ts",
      tests: RETENTION,
      find: "given_up === null ? differences(wanted.input, input) : differencesFrom(wanted.input, given_up);",
      replace: "differences(wanted.input, input);",
    },
    {
      name: "arguments-that-were-given-up-match-any",
      file: "src/effect/machine/creation.ts",
      tests: RETENTION,
      find: "digestOf(asked[field]) !== (done[field] ?? digestOf(undefined))",
      replace: "false",
    },
    {
      name: "a-read-back-of-nobody-knows-what",
      file: "src/effect/proof/readback.ts",
      tests: ["test/effect/proof/readback.worker.test.ts"],
      find: `if (operation.given_up !== null) return { reading: "failed" };`,
      replace: "",
    },
    {
      name: "a-repeat-that-hides-what-is-past-its-retention",
      file: "src/path/answer.ts",
      tests: WHOLE,
      find: "...(operation.given_up ? [GIVEN_UP] : []),",
      replace: "",
    },
    {
      name: "an-operation-that-hides-what-is-past-its-retention",
      file: "src/catalogue/own/get-operation.ts",
      tests: WHOLE,
      find: `operation.given_up ? "past_retention" : "kept"`,
      replace: `"kept"`,
    },
  ];
}

function keys(): Mutant[] {
  const file = "src/session/session-store.ts";
  return [
    {
      name: "any-number-of-keys",
      file,
      tests: KEYS,
      find: "if (this.#countKeys() < KEYS.most) return;",
      replace: "return;",
    },
    {
      name: "a-key-dropped-before-its-time",
      file,
      tests: KEYS,
      find: "WHERE bound_at <= ? ORDER BY",
      replace: "WHERE ? > 0 ORDER BY",
    },
    {
      name: "a-full-session-that-says-nothing",
      file,
      tests: KEYS,
      find: "if (rowsWritten === 0) throw tooManyKeys(KEYS.most, KEYS.days);",
      replace: "",
    },
    {
      name: "the-newest-keys-dropped-first",
      file,
      tests: KEYS,
      find: "ORDER BY bound_at LIMIT",
      replace: "ORDER BY bound_at DESC LIMIT",
    },
    {
      name: "keys-that-are-not-counted",
      file,
      tests: KEYS,
      find: "if (this.#keys !== undefined) this.#keys += 1;",
      replace: "",
    },
  ];
}
