/** Declares what pages and actions get of a visit, what they answer, and how they refuse it. */
import type { Env } from "../bindings.ts";
import type { Catalogue } from "../catalogue/catalogue.ts";
import type { ConsoleVisit } from "../person/protocol.ts";
import type { Act } from "../person/standing.ts";
import type { Role } from "../toolkit/scopes.ts";
import type { Need } from "./need.ts";

/** Who sits before the browser, as their person's object sees them now. */
export interface Visitor {
  readonly tenant: string;
  /** Name of the person's object. */
  readonly person: string;
  readonly subject: string;
  readonly display: string;
  readonly session_id: string;
  readonly roles: readonly Role[];
  /** Goes with every form. */
  readonly csrf: string;
}

/** One request of somebody who is signed in and may make it. */
export interface Visit {
  readonly env: Env;
  /** What the deployment can be asked for. */
  readonly catalogue: Catalogue;
  readonly url: URL;
  readonly visitor: Visitor;
  /** Milliseconds since the epoch, fixed for the request. */
  readonly now: number;
  /** A part of the path. @throws TypeError if the route has none of that name */
  readonly param: (name: string) => string;
}

/** What a visit was about, for the audit. */
export type VisitFacts = Pick<ConsoleVisit, "operation_id" | "target" | "detail">;

/** What an action came to: where to look at it, and what the audit says of it. */
export interface Done {
  /** Path of the page that shows it. */
  readonly to: string;
  readonly about: VisitFacts;
  /** The browser is to forget who signed in. */
  readonly signs_out?: boolean;
}

/** A page changes nothing. */
export interface PageRoute {
  readonly method: "GET";
  readonly path: string;
  /** What the audit calls it. */
  readonly name: string;
  readonly need: Need;
  readonly show: (visit: Visit) => Promise<Response>;
}

/** An action is posted by a form, and answers with a redirect or not at all. */
export interface ActionRoute {
  readonly method: "POST";
  readonly path: string;
  readonly name: string;
  readonly need: Need;
  readonly act: (visit: Visit, form: FormData) => Promise<Done>;
  /** By how much the identity provider's word on the visitor matters for it. `null`: not at all. */
  readonly confirms: (visit: Visit) => Promise<Act | null>;
}

export type Route = PageRoute | ActionRoute;

/** The visit isn't to go on: a page says why, and the audit notes it. */
export class VisitRefused extends Error {
  readonly status: 400 | 403 | 404 | 409 | 410 | 503;
  /** For the audit. */
  readonly code: string;
  readonly title: string;
  readonly advice: string;
  readonly about: VisitFacts;

  constructor(
    status: VisitRefused["status"],
    code: string,
    words: { readonly title: string; readonly advice: string },
    about: VisitFacts = {},
  ) {
    super(`${status} ${code}`);
    this.name = "Refused";
    this.status = status;
    this.code = code;
    this.title = words.title;
    this.advice = words.advice;
    this.about = about;
  }
}

/** A field of a form, trimmed. Empty if it isn't there. */
export function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === "string" ? value.trim() : "";
}
