/** Declares the tool that lists the controls, for one framework or all. */
import * as z from "zod";
import { cursor, decodeCursor, encodeCursor, limit } from "../../toolkit/lists/paging.ts";
import { defineRead } from "../../toolkit/read.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { OWN_READ, ownSource } from "../own/source.ts";
import { CONTROLS } from "./catalogue.ts";
import { FRAMEWORK_IDS, type Framework } from "./frameworks.ts";

const Offset = z.int().min(0);

export const listControls = defineRead({
  name: "list_controls",
  title: "List controls",
  description:
    "Compliance questions that Sallyport answers from evidence, with the frameworks' own ids. Next: check_control.",
  annotations: OWN_READ,
  scope: "controls:read",
  credentials: [],
  input: z.strictObject({
    framework: z.enum(FRAMEWORK_IDS).optional().describe("Only controls that answer for it"),
    limit,
    cursor,
  }),
  output: z.strictObject({
    controls: z.array(
      z.strictObject({
        control_id: opaqueId,
        title: reportedText(),
        question: reportedText(),
        requirements: z.partialRecord(z.enum(FRAMEWORK_IDS), z.array(opaqueId)),
      }),
    ),
  }),
  async run({ framework, limit: most, cursor: from }, { now }) {
    const question = `list_controls ${framework}`;
    const offset = from === undefined ? 0 : decodeCursor(from, question, Offset);
    const asked = CONTROLS.filter(({ requirements }) => framework === undefined || framework in requirements);
    const controls = asked
      .slice(offset, offset + most)
      .map(({ control_id, title, question, requirements }) => ({
        control_id,
        title,
        question,
        requirements: listed(requirements),
      }));
    const next = offset + controls.length;
    return {
      outcome: "found",
      data: { controls },
      sources: ownSource(controls.length, now),
      next_cursor: next < asked.length ? encodeCursor(next, question) : null,
    };
  },
});

function listed(requirements: { readonly [Name in Framework]?: readonly string[] }) {
  return Object.fromEntries(Object.entries(requirements).map(([id, ids]) => [id, [...ids]]));
}
