/** Atlassian Document Format, as much of it as plain text needs. */
import type { JsonObject } from "../../toolkit/json.ts";

/** Beyond this many, paragraphs are joined: a document is for people to read. */
const MOST_PARAGRAPHS = 200;

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
