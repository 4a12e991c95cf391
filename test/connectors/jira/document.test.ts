import fc from "fast-check";
import { expect, test } from "vitest";
import { documentOf, textOf } from "../../../src/connectors/jira/document.ts";

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

test("what is written in a document is what a text was made of, word for word", () => {
  const anything = fc.string({ unit: fc.constantFrom(..."ab \n\r\t"), maxLength: 3000 });
  fc.assert(
    fc.property(anything, (given) => {
      const words = (written: string) => written.split(/\s+/).filter((word) => word !== "");
      expect(words(textOf(documentOf(given)))).toEqual(words(given));
    }),
  );
});

test("mentions, cards and cells are written, a word in two styles is one, and what isn't known is passed over", () => {
  const strong = { ...text("host"), marks: [{ type: "strong" }] };
  const cell = (words: string) => ({ type: "tableCell", content: [paragraph(text(words))] });
  const content = [
    { type: "heading", attrs: { level: 1 }, content: [text("What happened")] },
    paragraph(
      text("Ask "),
      { type: "mention", attrs: { id: "1", text: "@Ada" } },
      text(" about "),
      strong,
      text("s"),
    ),
    { type: "table", content: [{ type: "tableRow", content: [cell("a"), cell("b")] }] },
    paragraph({ type: "inlineCard", attrs: { url: "https://acme.test/1" } }),
    { type: "mediaSingle", content: [{ type: "media", attrs: { id: "1" } }] },
    { type: 7, text: ["x"], attrs: "y", content: "z" },
    "loose",
    null,
  ];
  const written = textOf({ type: "doc", version: 1, content }).trim().split(/\n+/);
  expect(written).toEqual(["What happened", "Ask @Ada about hosts", "a", "b", "https://acme.test/1"]);
});

test("a document is read however deep it is nested", () => {
  let deep: object = text("bottom");
  for (let level = 0; level < 100_000; level++) deep = { type: "listItem", content: [deep] };
  expect(textOf({ type: "doc", content: [deep] }).trim()).toBe("bottom");
});

test.each([undefined, null, {}])("of the document %j, nothing is written", (document) => {
  expect(textOf(document).trim()).toBe("");
});
