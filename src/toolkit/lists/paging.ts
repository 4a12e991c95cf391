/** Declares how listings are paged, with cursors that are good only for the question that they came from. */
import { createHash } from "node:crypto";
import * as z from "zod";
import { Failure } from "../failure.ts";
import type { Json } from "../json.ts";

/** How many results a page may hold. Bounded, because a page lands in a model's context. */
export const limit = z.int().min(1).max(100).default(25).describe("Most items in one answer");

/** Where to go on. */
export const cursor = z.string().max(2048).optional().describe("next_cursor of the page before");

/**
 * Where a listing goes on, in a form that means nothing to the caller.
 * @param position the vendor's own, whatever it is
 * @param question what was asked, in full: a cursor is good for no other question
 */
export function encodeCursor(position: Json, question: string): string {
  return Buffer.from(JSON.stringify([position, digestOf(question)])).toString("base64url");
}

/**
 * The position in a cursor.
 * @param schema what a position is at this vendor
 * @throws Failure `invalid_input` if it isn't one of ours, or belongs to another question
 */
export function decodeCursor<Schema extends z.ZodType>(
  cursor: string,
  question: string,
  schema: Schema,
): z.output<Schema> {
  const parsed = z.tuple([schema, z.string()]).safeParse(contentsOf(cursor));
  if (!parsed.success) throw badCursor("is not a cursor that Sallyport gave out");
  const [position, digest] = parsed.data;
  if (digest !== digestOf(question)) throw badCursor("belongs to a search with other arguments");
  return position;
}

function contentsOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString());
  } catch {
    return undefined;
  }
}

function digestOf(question: string): string {
  return createHash("sha256").update(question).digest("base64url").slice(0, 16);
}

function badCursor(message: string): Failure {
  return new Failure("invalid_input", `The cursor ${message}.`, {
    next_step:
      "Leave cursor out to begin at the first page, or repeat the arguments of the search it came from.",
    issues: [
      {
        path: "cursor",
        message: `It ${message}.`,
        expected: "next_cursor of an earlier answer to the same search",
        hint: "Leave it out, or repeat the arguments of the search it came from.",
      },
    ],
  });
}
