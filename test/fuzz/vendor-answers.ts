/** What a vendor might answer if it were broken, hostile, or somebody else: the lab's answers, changed. */
import fc from "fast-check";
import { hostileValue } from "./hostile.ts";

/** In what vendors say besides their contract, and in nothing that is to be passed on. */
export const CANARY = "canary-7d20e4";

/** One change to an answer. */
export type Spoiling =
  /** The nth of its values is another one, or gone. */
  | { readonly kind: "value"; readonly nth: number; readonly value: unknown }
  | { readonly kind: "missing"; readonly nth: number }
  /** Another status, and words about a failure. */
  | { readonly kind: "status"; readonly status: number; readonly header: readonly [string, string] }
  | { readonly kind: "body"; readonly body: string; readonly type: string }
  | { readonly kind: "cut"; readonly at: number }
  /** So long that no answer of a vendor's is. */
  | { readonly kind: "endless" }
  | { readonly kind: "reset" }
  /** The request is taken, and nothing ever comes back. */
  | { readonly kind: "silence" };

const HEADERS = [
  ["retry-after", "99999999999999999999"],
  ["retry-after", "-1"],
  ["retry-after", "Fri, 31 Dec 9999 23:59:59 GMT"],
  ["x-ratelimit-retryafter", "1e309"],
  ["x-ratelimit-reset", "9999999999999"],
  ["link", `<https://evil.example/?after=${"x".repeat(2_000)}>; rel="next"`],
  ["link", "<".repeat(5_000)],
  ["location", "http://169.254.169.254/latest"],
  ["content-encoding", "identity"],
  ["etag", CANARY],
] as const;

const BODIES = [
  "",
  " ",
  "null",
  "[]",
  "{}",
  "0",
  '""',
  "\ufeff{}",
  "<html>",
  '{"a":',
  '{"resources":null}',
  "NaN",
];

/** Any of them but silence, which takes as long as a call may. */
export const anySpoiling: fc.Arbitrary<Spoiling> = fc.oneof(
  {
    weight: 200,
    arbitrary: fc.record({ kind: fc.constant("value" as const), nth: fc.nat(2_000), value: hostileValue }),
  },
  { weight: 50, arbitrary: fc.record({ kind: fc.constant("missing" as const), nth: fc.nat(2_000) }) },
  {
    weight: 50,
    arbitrary: fc.record({
      kind: fc.constant("status" as const),
      status: fc.constantFrom(
        201,
        202,
        204,
        206,
        301,
        302,
        304,
        400,
        401,
        403,
        404,
        409,
        418,
        422,
        429,
        451,
        500,
        503,
      ),
      header: fc.constantFrom(...HEADERS),
    }),
  },
  {
    weight: 50,
    arbitrary: fc.record({
      kind: fc.constant("body" as const),
      body: fc.oneof(
        fc.constantFrom(...BODIES),
        hostileValue.map((value) => JSON.stringify(value)),
      ),
      type: fc.constantFrom("application/json", "text/html", "application/xml"),
    }),
  },
  { weight: 25, arbitrary: fc.record({ kind: fc.constant("cut" as const), at: fc.nat(4_000) }) },
  { weight: 5, arbitrary: fc.constant({ kind: "reset" } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: "endless" } as const) },
);

/** An answer, as far as it is changed. */
export interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** The answer as it arrives, or `null` where none does. Pure. */
export function spoiled({ status, headers, body }: Said, how: Spoiling): Said | null {
  const said = { status, headers: withHeader(headers, ["x-debug", CANARY]) };
  switch (how.kind) {
    case "reset":
    case "silence":
      return null;
    case "status":
      return {
        status: how.status,
        headers: withHeader(said.headers, how.header),
        body: JSON.stringify({
          errors: [{ code: how.status, message: CANARY }],
          message: CANARY,
          stack: CANARY,
        }),
      };
    case "body":
      return { ...said, headers: withHeader(said.headers, ["content-type", how.type]), body: how.body };
    case "cut":
      return { ...said, body: body.slice(0, how.at) };
    case "endless":
      return { ...said, body: `{"x":"${CANARY.repeat(1_000_000)}"}` };
    case "missing":
    case "value":
      return { ...said, body: changed(body, how) };
  }
}

function withHeader(headers: Headers, [name, value]: readonly [string, string]): Headers {
  const copy = new Headers(headers);
  // Of another body.
  for (const stale of ["content-length", "content-encoding", "transfer-encoding"]) copy.delete(stale);
  copy.set(name, value);
  return copy;
}

/** The body with one of its values changed, and with a field that nobody knows in each of its objects. */
function changed(body: string, how: Extract<Spoiling, { nth: number }>): string {
  let root: unknown;
  try {
    root = JSON.parse(body);
  } catch {
    return body;
  }
  const places: { readonly holder: Record<string, unknown>; readonly name: string }[] = [];
  collect(root, places);
  const place = places[how.nth % Math.max(1, places.length)];
  if (place !== undefined && how.kind === "missing") delete place.holder[place.name];
  if (place !== undefined && how.kind === "value") place.holder[place.name] = how.value;
  return JSON.stringify(root, (_name, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value) && Object.keys(value).length > 0
      ? { ...value, x_unknown: CANARY }
      : value,
  );
}

function collect(node: unknown, into: { holder: Record<string, unknown>; name: string }[]): void {
  if (typeof node !== "object" || node === null) return;
  for (const [name, item] of Object.entries(node)) {
    into.push({ holder: node as Record<string, unknown>, name });
    collect(item, into);
  }
}
