/** Declares the tool that pages the person on call by opening an incident. */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { Title } from "../../toolkit/title.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;

export const IncidentId = opaqueId;

export const URGENCIES = ["high", "low"] as const;

/** What the page came to. A service can be set to one urgency, whatever is asked for; `null` for one of its own. */
const OnCallPage = z.strictObject({
  incident_id: IncidentId,
  title: reportedText(),
  urgency: z.enum(URGENCIES).nullable(),
  status: reportedText(64),
});
export type OnCallPage = z.output<typeof OnCallPage>;

export const pageOnCall = changeSpec({
  name: "page_on_call",
  title: "Page the person on call",
  description:
    "Pages the person on call for security, by opening an incident. High urgency wakes people. The same finding or title within a day pages once.",
  // A repeat within the window pages nobody; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  capability: "pages",
  scope: "pages:write",
  window_ms: WINDOW_MS,
  reversed_by: null,
  countermeasure: null,
  input: z.strictObject({
    title: Title.describe("One line, which is read out to them"),
    urgency: z.enum(URGENCIES).describe("high wakes people"),
  }),
  output: OnCallPage,
  target: null,
  creates: { title: ({ title }) => title, rather_twice: true },
  sets: () => ({}),
});
