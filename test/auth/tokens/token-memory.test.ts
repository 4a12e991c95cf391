import { expect, test } from "vitest";
import { TokenMemory } from "../../../src/auth/tokens/token-memory.ts";

const NOW = 1_800_000_000_000;
const HOUR_LATER_S = NOW / 1000 + 3600;

/** A validator that counts how often it was asked. */
function validator(answer: { expiresAt: number } | null) {
  const asked: string[] = [];
  return {
    asked,
    validate: (token: string) => async () => {
      asked.push(token);
      return answer === null ? null : { ...answer, token };
    },
  };
}

type Valid = { expiresAt: number; token: string };

test("a valid token is asked about once in five seconds", async () => {
  const memory = new TokenMemory<Valid>();
  const { asked, validate } = validator({ expiresAt: HOUR_LATER_S });
  for (const at of [0, 1, 4_999]) await memory.recall("r", "t", NOW + at, validate("t"));
  expect(asked).toEqual(["t"]);
  await memory.recall("r", "t", NOW + 5_000, validate("t"));
  expect(asked).toEqual(["t", "t"]);
});

test("nothing is remembered beyond a token's own end", async () => {
  const memory = new TokenMemory<Valid>();
  const { asked, validate } = validator({ expiresAt: NOW / 1000 + 2 });
  await memory.recall("r", "t", NOW, validate("t"));
  await memory.recall("r", "t", NOW + 2_000, validate("t"));
  expect(asked).toEqual(["t", "t"]);
});

test("what isn't valid is asked about each time", async () => {
  const memory = new TokenMemory<Valid>();
  const { asked, validate } = validator(null);
  expect(await memory.recall("r", "t", NOW, validate("t"))).toBeNull();
  expect(await memory.recall("r", "t", NOW, validate("t"))).toBeNull();
  expect(asked).toEqual(["t", "t"]);
});

test("a token valid for one resource isn't taken for valid at another", async () => {
  const memory = new TokenMemory<Valid>();
  const { asked, validate } = validator({ expiresAt: HOUR_LATER_S });
  await memory.recall("r1", "t", NOW, validate("t"));
  await memory.recall("r2", "t", NOW, validate("t"));
  expect(asked).toHaveLength(2);
});

test("it forgets the oldest rather than grow", async () => {
  const memory = new TokenMemory<Valid>(2);
  const { asked, validate } = validator({ expiresAt: HOUR_LATER_S });
  for (const token of ["a", "b", "c", "b", "c", "a"]) await memory.recall("r", token, NOW, validate(token));
  expect(asked).toEqual(["a", "b", "c", "a"]);
});
