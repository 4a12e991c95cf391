/** Values that programs trip over, and texts that try to be something else than text. */
import fc from "fast-check";

/** Endings of quotations and beginnings of something else, in every language that a request is put into. */
export const SMUGGLED = [
  "'+status:'contained",
  "'),(device_id:*'",
  '" or "1" eq "1',
  '") or (status eq "ACTIVE',
  '" OR project = "SECRET',
  '\\" OR text ~ \\"*',
  '{"match_all":{}}',
  "*:* OR _exists_:host",
  "../../api/v1/users/me",
  "..%2f..%2fusers",
  "%00",
  "x?limit=1000&filter=",
  "x#y",
  "a\r\nX-Injected: 1",
  "'; DROP TABLE audit_events; --",
  "__proto__",
  "constructor",
  "toString",
] as const;

/** What isn't seen, or isn't whole. */
const UNSEEN = [
  "\u202e",
  "\u200b",
  "\u{e0041}",
  "\ud800",
  "\udfff",
  "\0",
  "\u001b[2J",
  "\ufeff",
  "\u2028",
] as const;

/** Text of which nothing is known. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...SMUGGLED),
  fc.constantFrom(...UNSEEN),
  fc.string({ maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc
    .tuple(fc.string({ maxLength: 8 }), fc.constantFrom(...SMUGGLED, ...UNSEEN))
    .map((parts) => parts.join("")),
  fc
    .tuple(fc.constantFrom("a", "a!", "@", " ", "\n", "<", "(", "eyJ"), fc.nat(5_000))
    .map(([part, times]) => `${part.repeat(times)}!`),
);

/** Numbers at the edges of what numbers are. */
const HOSTILE_NUMBERS = [0, -0, -1, 0.5, 1e308, -1e308, 2 ** 53, 2 ** 31, 5e-324, 1e21] as const;

/** JSON of any type. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(null, true, false, [], {}, [[]], [null], { length: 3 }) },
  { weight: 2, arbitrary: fc.constantFrom<unknown>(...HOSTILE_NUMBERS) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 2_000 }).map(nested) },
);

/** Lists in lists, as deep as `depth`. */
function nested(depth: number): unknown {
  return JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
}
