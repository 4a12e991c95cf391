/** What can be read by URI. A resource is no way of its own to anything: a declared read answers it, on the path. */
import { UriTemplate } from "@modelcontextprotocol/server";
import type { ReadTool } from "../../toolkit/read.ts";

/** One resource that a list can name without asking anybody. */
export interface ListedResource {
  /** The values of the template's variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly name: string;
  readonly title: string;
  readonly description: string;
}

/** A kind of resource. Its template's variables are arguments of the read that answers it. */
export interface Resource {
  readonly name: string;
  readonly title: string;
  /** For the model: what reading it gives. */
  readonly description: string;
  readonly template: UriTemplate;
  readonly read: ReadTool;
  /** Those that exist whatever the vendors hold. They are listed, and complete the template's variables. */
  readonly listed: readonly ListedResource[];
}

/** Longer than any that we give out. What is longer isn't taken apart. */
const LONGEST_URI = 500;

/** Declares a kind of resource. `uri` is a template (RFC 6570, level 1), or the URI of the only one of its kind. */
export function defineResource({
  uri,
  ...resource
}: Omit<Resource, "template"> & { readonly uri: string }): Resource {
  return { ...resource, template: new UriTemplate(uri) };
}

/** The arguments that `uri` holds for the read, or `null` if it isn't of this kind. */
export function argumentsInUri({ template }: Resource, uri: string): Record<string, string> | null {
  if (uri.length > LONGEST_URI) return null;
  const variables = template.match(uri);
  if (variables === null) return null;
  const given: Record<string, string> = {};
  for (const [name, segment] of Object.entries(variables)) {
    const value = decoded(segment);
    if (value === null) return null;
    given[name] = value;
  }
  return given;
}

/** The URI of one resource. */
export function uriOf({ template }: Resource, { variables }: ListedResource): string {
  return template.expand(variables);
}

/** One path segment, decoded once. Whatever it turns out to hold, the read's own schema decides about it. */
function decoded(segment: string | readonly string[]): string | null {
  try {
    return typeof segment === "string" ? decodeURIComponent(segment) : null;
  } catch {
    return null;
  }
}
