/** What can be read by URI. A resource is no way of its own to anything: a declared read answers it, on the path. */
import type { ReadTool } from "../path/tool.ts";

/** One thing that a list of resources can name without asking anybody. */
export interface ListedResource {
  readonly value: string;
  readonly title: string;
  readonly description: string;
}

/** A kind of resource: `prefix`, and then one segment that is an argument of the read that answers it. */
export interface Resource {
  readonly name: string;
  readonly title: string;
  /** For the model: what reading it gives. */
  readonly description: string;
  /** The URI up to its variable: `sallyport://operations/`. */
  readonly prefix: string;
  /** The read's only argument, and the variable's name in the template; `null` where the URI is `prefix` itself. */
  readonly argument: string | null;
  readonly read: ReadTool;
  /** Those that exist whatever the vendors hold. They are listed, and complete the variable. */
  readonly listed: readonly ListedResource[];
}

/** Longer than any that we give out. What is longer isn't taken apart. */
const LONGEST_URI = 500;

/** The template of a kind of resource (RFC 6570, level 1), or `null` if there is only the one. */
export function templateOf({ prefix, argument }: Resource): string | null {
  return argument === null ? null : `${prefix}{${argument}}`;
}

/** The arguments that `uri` holds for the read, or `null` if it isn't of this kind. */
export function argumentsIn({ prefix, argument }: Resource, uri: string): Record<string, string> | null {
  if (argument === null) return uri === prefix ? {} : null;
  if (!uri.startsWith(prefix) || uri.length > LONGEST_URI) return null;
  const value = decoded(uri.slice(prefix.length));
  return value === null ? null : { [argument]: value };
}

/** The URI of the resource whose variable is `value`. */
export function uriOf({ prefix }: Resource, value: string): string {
  return prefix + encodeURIComponent(value);
}

/** One path segment, decoded once. Whatever it turns out to hold, the read's own schema decides about it. */
function decoded(segment: string): string | null {
  if (!/^(?:[\w.~:@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+$/.test(segment)) return null;
  try {
    return decodeURIComponent(segment);
  } catch {
    return null;
  }
}
