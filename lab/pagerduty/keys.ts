/** API keys, and what each may do. */
import type { VendorRequest } from "../simulator.ts";

/** What an API key may do, in the words of the vendor's scopes. */
export type Scope = "incidents.read" | "incidents.write";

/** A read-only key, and one that may write. The vendor knows no key that may write and not read. */
const keys: Readonly<Record<string, readonly Scope[]>> = {
  "lab-pd-read-key": ["incidents.read"],
  "lab-pd-page-key": ["incidents.read", "incidents.write"],
};

/** What the key of a request may do, or nothing if it isn't one. */
export function scopesOf({ headers }: VendorRequest): readonly Scope[] | undefined {
  const key = /^Token token=(\S+)$/.exec(headers.get("authorization") ?? "")?.[1] ?? "";
  return Object.hasOwn(keys, key) ? keys[key] : undefined;
}
