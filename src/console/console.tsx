/** Answers every request to the console: who asks, whether they may, and what the audit notes of it. */
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { countRefusal } from "../auth/refusal-counter.ts";
import type { Env } from "../bindings.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import { log, reasonOf } from "../observe/log.ts";
import type { ConfirmedStanding } from "../person/protocol.ts";
import { confidenceIn, standingLimits } from "../person/standing.ts";
import type { JsonObject } from "../toolkit/json.ts";
import { isCrossSite, isOwnForm } from "./cross-site.ts";
import { inWords, may } from "./need.ts";
import { consolePage, consoleProblemPage, PROTECTION } from "./page.tsx";
import { ROUTES } from "./routes.ts";
import { type ConsoleSession, forgottenSession, readSession } from "./session-cookie.ts";
import { beginConsoleSignIn, finishConsoleSignIn, isConsoleCallback } from "./sign-in.ts";
import { ICON, ICON_PATH, STYLE, STYLE_PATH } from "./style.ts";
import {
  type ActionRoute,
  type Done,
  field,
  type Route,
  type Visit,
  type Visitor,
  VisitRefused,
} from "./visit.ts";

/** More than any form here ever holds, in bytes. */
const MAX_FORM_BYTES = 64 * 1024;

/** What a request is answered from. */
type Bindings = { readonly Bindings: { readonly env: Env; readonly catalogue: Catalogue } };

const app = new Hono<Bindings>({ strict: false });

app.get(STYLE_PATH, () => asset(STYLE, "text/css; charset=utf-8"));
app.get(ICON_PATH, () => asset(ICON, "image/svg+xml"));
app.get("/console/signed-out", () =>
  consoleProblemPage(200, "You are signed out", "Your console session has ended in every browser."),
);
for (const route of ROUTES) {
  if (route.method === "POST") app.use(route.path, bodyLimit({ maxSize: MAX_FORM_BYTES, onError: tooLarge }));
  app.on(route.method, route.path, (c) => visit(c, route));
}
app.notFound(() =>
  consoleProblemPage(404, "There is nothing here", "The address may be mistyped, or too old."),
);
app.onError((error) => {
  log("error", "console_failed", { reason: reasonOf(error) });
  return consoleProblemPage(
    500,
    "Something went wrong here",
    "Try again. If it keeps failing, tell the people who run Sallyport.",
  );
});

/**
 * The console, and the end of its sign-in.
 * @returns `null` for whatever else
 */
export async function handleConsole(
  request: Request,
  { env, catalogue }: Bindings["Bindings"],
  ctx: ExecutionContext,
): Promise<Response | null> {
  const url = new URL(request.url);
  if (isConsoleCallback(url)) return guarded(() => finishConsoleSignIn(request, env));
  if (url.pathname !== "/console" && !url.pathname.startsWith("/console/")) return null;
  return app.fetch(request, { env, catalogue }, ctx);
}

async function guarded(answer: () => Promise<Response>): Promise<Response> {
  try {
    return await answer();
  } catch (thrown) {
    log("error", "console_failed", { reason: reasonOf(thrown) });
    return consoleProblemPage(
      500,
      "Something went wrong here",
      "Try again. If it keeps failing, tell the people who run Sallyport.",
    );
  }
}

/** Every page and action, from whoever it comes: who is it, may they, and what the audit has to say of it. */
async function visit(c: Context<Bindings>, route: Route): Promise<Response> {
  const { env, catalogue } = c.env;
  const request = c.req.raw;
  if (route.method === "POST" && isCrossSite(request, env)) return crossSite("other_origin");
  const now = Date.now();
  const session = readSession(env, request, now);
  if (session === null) return signIn(request, env, route);
  const person = env.PERSON.getByName(session.person);
  const standing = await person.visiting(session.session_id);
  if (!standing.active) return signedOut();
  if (standing.wait_ms > 0) return tooOften(standing.wait_ms);
  if (route.method === "GET") {
    if (needsSignIn(env, standing, now)) return signIn(request, env, route, true);
    if (standing.confidence === "stale") return unconfirmed();
  }

  const visitor: Visitor = { ...session, tenant: env.TENANT, roles: standing.roles };
  const visit: Visit = {
    env,
    catalogue,
    url: new URL(request.url),
    visitor,
    now,
    param: (name) => {
      const value = c.req.param(name);
      if (value === undefined) throw new TypeError(`${route.path} has no ${name}`);
      return value;
    },
  };
  try {
    if (route.method === "POST") {
      const form = await formOf(request);
      if (!isOwnForm(field(form, "csrf"), session.csrf)) return crossSite("not_our_form");
      return await act(route, visit, form);
    }
    requireNeed(route, visitor);
    // Who reads what not everybody may is on record before they have read it.
    if (route.need !== "any") await note(visit, session, route, "allow", {});
    return await route.show(visit);
  } catch (thrown) {
    if (!(thrown instanceof VisitRefused)) throw thrown;
    if (thrown.status === 403 || route.method === "POST") {
      await note(visit, session, route, "deny", { ...thrown.about, error_code: thrown.code });
    }
    return refusal(visit, route, thrown);
  }
}

/** An action is for somebody whom the identity provider vouches for as lately as the action asks. */
async function act(route: ActionRoute, visit: Visit, form: FormData): Promise<Response> {
  const { env, visitor } = visit;
  const kind = await route.confirms(visit);
  if (kind === null) return perform(route, visit, form);
  const { active, roles, confidence } = await env.PERSON.getByName(visitor.person).confirm(
    visitor.session_id,
    kind,
  );
  if (!active) return signedOut();
  if (confidence === "stale") throw notConfirmed();
  // The roles as the provider gives them now.
  const confirmed = { ...visit, visitor: { ...visitor, roles } };
  return perform(route, confirmed, form, confidence === "unconfirmed" ? { standing: confidence } : {});
}

async function perform(
  route: ActionRoute,
  visit: Visit,
  form: FormData,
  standing: JsonObject = {},
): Promise<Response> {
  requireNeed(route, visit.visitor);
  const { about, ...done }: Done = await route.act(visit, form);
  const detail = { ...about.detail, ...standing };
  await note(visit, visit.visitor, route, "allow", { ...about, detail });
  const headers = new Headers({ Location: `${visit.env.PUBLIC_URL}${done.to}`, ...PROTECTION });
  if (done.signs_out === true) headers.append("Set-Cookie", forgottenSession());
  return new Response(null, { status: 303, headers });
}

/**
 * Where the provider gave nothing to renew a sign-in with, the console renews it by a redirect, before it is too old
 * to decide with: what a form held can't be carried over.
 */
function needsSignIn(env: Env, standing: ConfirmedStanding, now: number): boolean {
  return !standing.renewable && confidenceIn(standingLimits(env), "change", standing, now) === "stale";
}

function requireNeed(route: Route, { roles }: Visitor): void {
  if (may(roles, route.need)) return;
  throw new VisitRefused(403, "role_forbids", {
    title: "Your role doesn't allow this",
    advice: `You need ${inWords(route.need)}. You have ${roles.join(", ") || "none"}.`,
  });
}

async function note(
  { env }: Visit,
  { person, session_id }: Pick<ConsoleSession, "person" | "session_id">,
  route: Route,
  decision: "allow" | "deny",
  more: Done["about"] & { readonly error_code?: string },
): Promise<void> {
  await env.PERSON.getByName(person).visited({ session_id, page: route.name, decision, ...more });
}

async function formOf(request: Request): Promise<FormData> {
  try {
    return await request.formData();
  } catch {
    throw new VisitRefused(400, "not_a_form", {
      title: "This isn't a form",
      advice: "Open the page again, and use the form on it.",
    });
  }
}

/** A link leads on to where it led, once its opener has signed in. What a form held can't be carried over. */
function signIn(request: Request, env: Env, { method }: Route, silently = false): Promise<Response> {
  if (method === "POST") return signedOut();
  // The cookie of the sign-in must be set where the identity provider sends people back to.
  const canonical = new URL(request.url);
  const { host, protocol } = new URL(env.PUBLIC_URL);
  if (canonical.host !== host) {
    Object.assign(canonical, { host, protocol });
    return Promise.resolve(Response.redirect(canonical.href, 302));
  }
  return beginConsoleSignIn(request, env, silently);
}

function signedOut(): Promise<Response> {
  const headers = new Headers({ "Set-Cookie": forgottenSession() });
  const advice = "Your session has ended, and nothing was done. Sign in, and open the page again.";
  return consoleProblemPage(401, "You are signed out", advice, headers);
}

const UNCONFIRMED = {
  title: "Your identity provider can't be asked",
  advice:
    "It has not confirmed lately that you may still act here. Nothing was done. Open the page again in a minute; if it stays so, sign out and in.",
} as const;

function notConfirmed(): VisitRefused {
  return new VisitRefused(503, "identity_unconfirmed", UNCONFIRMED);
}

function unconfirmed(): Promise<Response> {
  const headers = new Headers({ "Retry-After": "30" });
  return consoleProblemPage(503, UNCONFIRMED.title, UNCONFIRMED.advice, headers);
}

/** Somebody else's page did this with the person's browser: counted, and not held against them. */
function crossSite(reason: string): Promise<Response> {
  countRefusal({ category: "console", reason });
  return consoleProblemPage(
    403,
    "This didn't come from here",
    "The form was sent by another site, or by a page from before you last signed in. Nothing was done.",
  );
}

function refusal({ visitor, url }: Visit, { method }: Route, refused: VisitRefused): Promise<Response> {
  const section = `/${url.pathname.split("/").slice(1, 3).join("/")}`;
  // An action stands below the page whose form posts it, or at the same address.
  const back =
    method === "POST" ? url.pathname.replace(/\/(?:settle|revoke|take-back|switch)$/, "") : "/console";
  const content = (
    <>
      <h1>{refused.title}</h1>
      <div class={`notice ${refused.status === 404 ? "" : "bad"}`} role="alert">
        <p>{refused.advice}</p>
      </div>
      <p>
        <a href={back}>Back</a>
      </p>
    </>
  );
  return consolePage(visitor, { title: refused.title, section }, content, refused.status);
}

/** Counted, not audited: what is refused here leaves an event each, and could fill the audit. */
function tooOften(wait_ms: number): Promise<Response> {
  countRefusal({ category: "console", reason: "too_often" });
  const headers = new Headers({ "Retry-After": String(Math.ceil(wait_ms / 1000)) });
  return consoleProblemPage(
    429,
    "Too many requests at once",
    "Wait a moment, then try again. Nothing was done.",
    headers,
  );
}

function tooLarge(): Promise<Response> {
  return consoleProblemPage(413, "This is too large", "No form here is this large. Nothing was done.");
}

function asset(content: string, type: string): Response {
  const headers = {
    ...PROTECTION,
    "Content-Type": type,
    "Cache-Control": "public, max-age=31536000, immutable",
  };
  return new Response(content, { headers });
}
