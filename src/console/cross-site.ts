/** Tells forms of the console from those that another site's page posts. */
import { createHash, timingSafeEqual } from "node:crypto";
import type { Env } from "../bindings.ts";

/**
 * Whether a browser says that a form was posted by somebody else's page. On a laptop other programs' pages count as
 * somebody else's, too. What isn't a browser sends neither header, and has no cookie that another site could use.
 */
export function isCrossSite(request: Request, { PUBLIC_URL }: Pick<Env, "PUBLIC_URL">): boolean {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site") ?? "same-origin";
  return (
    (origin !== null && origin !== new URL(PUBLIC_URL).origin) || (site !== "same-origin" && site !== "none")
  );
}

/** Whether a form carries the token of the session, compared in a time that says nothing of where they differ. */
export function isOwnForm(posted: string, token: string): boolean {
  return timingSafeEqual(digest(posted), digest(token));
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
