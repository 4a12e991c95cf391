import { z } from "zod";

/** A vendor's API, without a slash at its end. Secrets and findings travel over it, so only a lab on this machine may do without TLS. */
export const BaseUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((value) => isSafe(new URL(value)), "must be https, except on this machine")
  .refine((value) => !value.endsWith("/"), "must not end with a slash");

function isSafe(url: URL): boolean {
  return url.protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
}
