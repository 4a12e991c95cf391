/** Strings of an answer that somebody else wrote. An answer's schema says which are, and the path applies it. */
import * as z from "zod";
import type { Json } from "../json.ts";
import { shown } from "./shown.ts";

/** As long as a host name may be in DNS. */
const NAME_LENGTH = 255;
/** For texts in an object whose form isn't declared. */
const TEXT_LENGTH = 1000;

/**
 * Text that a vendor, a host or an attacker may have written: see {@link shown}.
 * @param longest in characters, the mark of a cut included
 */
export function reportedText(longest: number = NAME_LENGTH) {
  return z.string().overwrite((text) => shown(text, longest));
}

/** An id as a vendor made it up. It passes unchanged, because it is there to be passed back; so it must be plain. */
export const opaqueId = z.string().regex(/^[!-~]{1,256}$/);

/** An object of ours whose values may be such text, however deep. Its names are ours. */
export const reportedObject = z
  .record(z.string(), z.json())
  .overwrite((object) => deep(object) as Record<string, z.core.util.JSONType>);

function deep(value: Json): Json {
  if (typeof value === "string") return shown(value, TEXT_LENGTH);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(deep);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, deep(item)]));
}
