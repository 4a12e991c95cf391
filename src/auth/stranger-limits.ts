/** Limits how often one network may use the endpoints that anybody can reach. */
import type { Env } from "../bindings.ts";
import { networkOf } from "../limits/network.ts";
import { authProblemPage } from "./page.tsx";
import { countRefusal } from "./refusal-counter.ts";

/**
 * Where anybody may knock and something is looked up, fetched or stored for them, and whether a person or a program
 * reads the answer.
 */
const DOORS: ReadonlyMap<string, "page" | "protocol"> = new Map([
  ["/authorize", "page"],
  ["/auth/callback", "page"],
  ["/oauth/token", "protocol"],
  ["/oauth/register", "protocol"],
  ["/audit/checkpoint", "protocol"],
]);

/** Each checkpoint has an address of its own, and all of them are one door. */
function doorAt(pathname: string): string {
  return pathname.replace(/^(\/audit\/checkpoint)\/.*/, "$1");
}

/** The period of the binding in wrangler.toml, in seconds. */
const PERIOD_S = 60;

/**
 * Refuses a stranger who knocks too often at one of the doors, or returns `null`. Cloudflare counts by network and
 * door, in each of its locations. It keeps one machine from filling the store with registrations, not a thousand.
 */
export async function refuseKnocking(request: Request, env: Env): Promise<Response | null> {
  const door = doorAt(new URL(request.url).pathname);
  const read_by = DOORS.get(door);
  if (read_by === undefined) return null;
  // Set by Cloudflare, whatever a client sends under this name.
  const address = request.headers.get("cf-connecting-ip") ?? "";
  const { success } = await env.DOORS.limit({ key: `${door} ${networkOf(address)}` });
  if (success) return null;
  countRefusal({ category: "door", reason: "too_often" });
  const headers = { "retry-after": String(PERIOD_S) };
  if (read_by === "page") {
    return authProblemPage(
      429,
      "Too many sign-ins at once",
      "Wait a minute, then start again from the app.",
      {
        headers: new Headers(headers),
      },
    );
  }
  const error_description = `Too many requests from this network. Wait ${PERIOD_S} seconds.`;
  return Response.json(
    { error: "temporarily_unavailable", error_description },
    { status: 429, headers: { ...headers, "cache-control": "no-store" } },
  );
}
