/** Atlassian Document Format, as much of it as plain text needs. Pure. */
import * as z from "zod";
import type { JsonObject } from "../../toolkit/json.ts";

/** Beyond this many, paragraphs are joined: a document is for people to read. */
const MOST_PARAGRAPHS = 200;

const said = z.string().nullish().catch(null);
const Node = z.object({
  type: said,
  text: said,
  attrs: z.object({ text: said, url: said }).nullish().catch(null),
  content: z.array(z.unknown()).nullish().catch(null),
});

/** Nodes within a line. Every other one is a block. */
const INLINE: ReadonlySet<string> = new Set(["text", "mention", "emoji", "status", "date", "inlineCard"]);

/** A plain text as a document: an empty line ends a paragraph, a line break is one. */
export function documentOf(text: string): JsonObject {
  const paragraphs = paragraphsOf(text.replaceAll(/\r\n?/g, "\n"));
  const kept = paragraphs.slice(0, MOST_PARAGRAPHS - 1);
  const rest = paragraphs.slice(MOST_PARAGRAPHS - 1).join("\n");
  return {
    type: "doc",
    version: 1,
    content: (rest === "" ? kept : [...kept, rest]).map((paragraph) => ({
      type: "paragraph",
      content: linesOf(paragraph),
    })),
  };
}

function paragraphsOf(text: string): string[] {
  const paragraphs: string[][] = [[]];
  for (const line of text.split("\n")) {
    if (line.trim() === "") paragraphs.push([]);
    else paragraphs.at(-1)?.push(line);
  }
  return paragraphs.filter((lines) => lines.length > 0).map((lines) => lines.join("\n"));
}

/** A text node must not be empty, so an empty line is a break alone. */
function linesOf(paragraph: string): JsonObject[] {
  return paragraph
    .split("\n")
    .flatMap((line, at) => [
      ...(at === 0 ? [] : [{ type: "hardBreak" }]),
      ...(line === "" ? [] : [{ type: "text", text: line }]),
    ]);
}

/** What is written in a document: its blocks as lines, without formatting, images, or what a link leads to. */
export function textOf(document: unknown): string {
  const pieces: string[] = [];
  // A document may be nested deeper than calls can be.
  const waiting = [document];
  while (waiting.length > 0) {
    const node = Node.safeParse(waiting.pop()).data;
    if (node === undefined) continue;
    const { type, text, attrs, content } = node;
    if (!INLINE.has(type ?? "")) pieces.push("\n");
    pieces.push(text ?? attrs?.text ?? attrs?.url ?? "");
    for (const inner of content?.toReversed() ?? []) waiting.push(inner);
  }
  return pieces.join("");
}
