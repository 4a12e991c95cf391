/** What variables of the configuration have in common: addresses, times and secrets of connectors, and whole numbers. */

import * as z from "zod";
import type { Env } from "../bindings.ts";

/** A vendor's API, without a slash at its end. Secrets and findings travel over it, so only a lab on this machine may do without TLS. */
export const BaseUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((value) => isSafe(new URL(value)), "must be https, except on this machine")
  .refine((value) => isBare(new URL(value)), "must have neither credentials, nor a query, nor a fragment")
  .refine((value) => !value.endsWith("/"), "must not end with a slash");

/** A time that may be left empty where nobody knows one: `null` then. */
export const Milliseconds = z
  .string()
  .regex(/^\d{0,12}$/, "must be empty or a whole number of milliseconds")
  .default("")
  .transform((text) => (text === "" ? null : Number(text)));

/** How long after its deadline a request can still take effect. No vendor publishes such a bound. */
export const SettleMs = Milliseconds.describe(
  "how long after its deadline a change can still land, in milliseconds. Empty if you know no bound",
);

/** A secret that must be there. */
export const Secret = z.string("is missing").min(1, "is missing");

/** What of `env` doesn't fit `settings`: sentences that name the variable. Empty if nothing is wrong. */
export function problemsIn(settings: z.ZodObject, env: Env): string[] {
  const parsed = settings.safeParse(env);
  return parsed.success
    ? []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
}

/** Whether a variable holds a whole number from `least` to `most`, in decimal and without leading zeros. */
export function isWholeNumber(value: string | undefined, least: number, most: number): boolean {
  return /^(?:0|[1-9]\d*)$/.test(value ?? "") && Number(value) >= least && Number(value) <= most;
}

function isSafe(url: URL): boolean {
  return url.protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}

function isBare({ username, password, search, hash }: URL): boolean {
  return `${username}${password}${search}${hash}` === "";
}
