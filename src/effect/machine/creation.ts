/** What makes two requests to create something alike, and what tells two alike ones apart. Pure. */
import { digest } from "../../toolkit/digest.ts";
import type { Difference } from "../../toolkit/failure.ts";
import type { Json, JsonObject } from "../../toolkit/json.ts";
import { shown } from "../../toolkit/text/shown.ts";

/** What nobody sees in a text that may hold it: joiners, and the marks that choose how a character is drawn. */
const UNSEEN = /\u200c|\u200d|\ufe0e|\ufe0f/gu;

/** The fields that only say more of the same thing: the key that it was made with covers other words in them. */
const WORDS: ReadonlySet<string> = new Set(["description", "details"]);

/** As much of a value as a caller is told, in characters. */
const LONGEST_VALUE = 200;

/** A text as people compare it. Case, white space, compatibility forms and what can't be seen tell no two apart. */
export function folded(text: string): string {
  return text.normalize("NFKC").replace(UNSEEN, "").toLowerCase().replace(/\s+/gu, " ").trim();
}

/** What a creation is about. */
export interface CreationContent {
  readonly finding_id: string | null;
  /** The title, {@link folded}. */
  readonly title: string | null;
}

/** Two creations are alike if both name the same finding or, where not both name one, their titles are equal. */
export function alike(one: CreationContent, other: CreationContent): boolean {
  const both = one.finding_id !== null && other.finding_id !== null;
  return both ? one.finding_id === other.finding_id : one.title === other.title;
}

/** The arguments in which two calls differ, once folded. */
export function differences(asked: JsonObject, done: JsonObject): Difference[] {
  const fields = [...new Set([...Object.keys(asked), ...Object.keys(done)])];
  return fields
    .filter((field) => comparable(asked[field]) !== comparable(done[field]))
    .map((field) => ({ field, asked: told(asked[field]), done: told(done[field]) }));
}

/** What is left of arguments that were given up: a digest of each, once folded. */
export type FieldDigests = Readonly<Record<string, string>>;

/** The digests that {@link differencesFrom} compares with. */
export function fieldDigests(input: JsonObject): FieldDigests {
  return Object.fromEntries(Object.entries(input).map(([field, value]) => [field, digestOf(value)]));
}

/** The arguments in which a call differs from those that were given up. Which values those had isn't known. */
export function differencesFrom(asked: JsonObject, done: FieldDigests): Difference[] {
  const fields = [...new Set([...Object.keys(asked), ...Object.keys(done)])];
  return fields
    .filter((field) => digestOf(asked[field]) !== (done[field] ?? digestOf(undefined)))
    .map((field) => ({ field, asked: told(asked[field]) }));
}

/** True if all that differs is what the same key may say otherwise. */
export function onlyWords(differing: readonly Difference[]): boolean {
  return differing.every(({ field }) => WORDS.has(field));
}

/** A value as a caller is told of it: short, in one piece, and with nothing hidden in it. */
export function told(value: Json | undefined): NonNullable<Difference["done"]> | null {
  if (value === undefined || value === null) return null;
  if (typeof value === "object") return shown(JSON.stringify(value), LONGEST_VALUE);
  return typeof value === "string" ? shown(value, LONGEST_VALUE) : value;
}

function digestOf(value: Json | undefined): string {
  return digest({ value: comparable(value) });
}

function comparable(value: Json | undefined): string {
  if (value === undefined || value === null) return "";
  if (typeof value === "string") return folded(value);
  return Array.isArray(value) ? value.map(comparable).join("\n") : JSON.stringify(value);
}
