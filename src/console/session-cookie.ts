/**
 * Keeps who signed in to the console in a sealed cookie. Roles and standing aren't in it, so a revocation
 * holds at once.
 */
import { randomBytes } from "node:crypto";
import { parse, serialize } from "hono/utils/cookie";
import * as z from "zod";
import { open, seal } from "../auth/seal.ts";
import type { Env } from "../bindings.ts";

/** A console session's whole life, in milliseconds, however busy it is. */
export const SESSION_LIFE_MS = 8 * 60 * 60_000;

/** `__Host-`: only this very host can have set it, over a secure connection, for all of its paths. */
const NAME = "__Host-sallyport-console";

const sessionSchema = z.object({
  person: z.string(),
  session_id: z.string(),
  subject: z.string(),
  display: z.string(),
  csrf: z.string(),
  expires_at: z.int(),
});

/**
 * Who a browser signed in as. It says nothing of roles or standing: those are asked of the person's object on
 * every request, so that a revocation holds at once.
 */
export type ConsoleSession = z.output<typeof sessionSchema>;

/** A new session's cookie, as a `Set-Cookie` header. `now` is milliseconds since the epoch. */
export function sessionCookie(
  env: Env,
  who: Omit<ConsoleSession, "csrf" | "expires_at">,
  now: number,
): string {
  // The token that forms carry is in the sealed cookie: bound to the session, and readable to nobody else.
  const csrf = randomBytes(24).toString("base64url");
  const session: ConsoleSession = { ...who, csrf, expires_at: now + SESSION_LIFE_MS };
  return serialize(NAME, seal(env, "console-session", [env.PUBLIC_URL], JSON.stringify(session)), {
    ...HOST_COOKIE,
    maxAge: SESSION_LIFE_MS / 1000,
  });
}

/** What the request's cookie says, or `null` if there is none that holds at `now` (milliseconds since the epoch). */
export function readSession(env: Env, request: Request, now: number): ConsoleSession | null {
  const sealed = parse(request.headers.get("cookie") ?? "", NAME)[NAME];
  const text = sealed === undefined ? null : open(env, "console-session", [env.PUBLIC_URL], sealed);
  if (text === null) return null;
  const session = sessionSchema.safeParse(JSON.parse(text));
  return session.success && now < session.data.expires_at ? session.data : null;
}

/** The `Set-Cookie` header that makes a browser forget its session. */
export function forgottenSession(): string {
  return serialize(NAME, "", { ...HOST_COOKIE, maxAge: 0 });
}

/**
 * Lax, not Strict: people come here by links in messages and by the redirect from their identity provider, and
 * Strict cookies stay behind on both. Lax ones stay behind where it matters: on posts from other sites.
 */
export const HOST_COOKIE = { path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
