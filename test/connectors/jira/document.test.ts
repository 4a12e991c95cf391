import fc from "fast-check";
import { expect, test } from "vitest";
import { documentOf } from "../../../src/connectors/jira/document.ts";

const paragraph = (...content: object[]) => ({ type: "paragraph", content });
const text = (words: string) => ({ type: "text", text: words });
const lineBreak = { type: "hardBreak" };

test("an empty line ends a paragraph, a line break is a break", () => {
  expect(documentOf("One\ntwo\r\n\r\n\nthree")).toEqual({
    type: "doc",
    version: 1,
    content: [paragraph(text("One"), lineBreak, text("two")), paragraph(text("three"))],
  });
});

test("any text becomes a document without empty text nodes, of bounded length, with every word in it", () => {
  const anything = fc.string({ unit: fc.constantFrom(..."ab \n\r\t"), maxLength: 3000 });
  fc.assert(
    fc.property(anything, (given) => {
      const { content } = documentOf(given) as { content: { content: { type: string; text?: string }[] }[] };
      expect(content.length).toBeLessThanOrEqual(200);
      const nodes = content.flatMap((one) => one.content);
      for (const node of nodes) if (node.type === "text") expect(node.text).not.toBe("");
      const words = nodes.map((node) => node.text ?? " ").join(" ");
      expect(words.match(/[ab]+/g)).toEqual(given.match(/[ab]+/g));
    }),
  );
});

test("more paragraphs than a document may have are joined, and none is lost", () => {
  const given = Array.from({ length: 300 }, (_, at) => `p${at}`).join("\n\n");
  const { content } = documentOf(given) as { content: unknown[] };
  expect(content).toHaveLength(200);
  expect(JSON.stringify(content)).toContain('"p299"');
});
