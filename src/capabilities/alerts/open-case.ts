/** Declares the tool that opens a case in the SIEM; a repeat within a day is the same case. */
import * as z from "zod";
import { changeSpec } from "../../toolkit/change.ts";
import { opaqueId, reportedText } from "../../toolkit/text/reported-text.ts";
import { Title } from "../../toolkit/title.ts";
import { AlertId } from "./alert.ts";

const WINDOW_MS = 24 * 60 * 60 * 1000;

/** As long as a case's title may be. */
const TITLE_LENGTH = 160;

export const openCase = changeSpec({
  name: "open_case",
  title: "Open a case",
  description:
    "Opens a case in the SIEM, which names alert_ids; the same finding or title within a day is the same case.",
  // A repeat within the window creates nothing; a later one does.
  annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: true },
  capability: "alerts",
  scope: "alerts:write",
  window_ms: WINDOW_MS,
  reversed_by: null,
  countermeasure: null,
  input: z.strictObject({
    title: Title.max(TITLE_LENGTH).describe("One line"),
    description: z.string().trim().min(1).max(8000).describe("Markdown"),
    severity: z.enum(["low", "medium", "high", "critical"]).describe("Of the case"),
    alert_ids: z.array(AlertId).min(1).max(50).optional().describe("From search_alerts"),
  }),
  output: z.strictObject({ case_id: opaqueId, title: reportedText() }),
  target: null,
  creates: { title: ({ title }) => title },
  sets: () => ({}),
});
