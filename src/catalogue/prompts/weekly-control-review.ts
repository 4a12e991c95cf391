/** Declares the prompt that has a model check every control and write the review. */
import * as z from "zod";
import { checkControl } from "../controls/check-control.ts";
import { FRAMEWORK_IDS } from "../controls/frameworks.ts";
import { listControls } from "../controls/list-controls.ts";
import { definePrompt } from "./prompt.ts";

export const weeklyControlReview = definePrompt({
  name: "weekly_control_review",
  title: "Weekly control review",
  description: "Checks every control from live evidence and sums up what fails and what nobody can tell.",
  input: z.strictObject({
    framework: z.enum(FRAMEWORK_IDS).optional().describe("Only controls that this framework asks for"),
  }),
  tools: [listControls, checkControl],
  text: ({
    framework,
  }) => `Review the controls${framework === undefined ? "" : ` of ${framework}`} as they stand now.

1. List them with ${listControls.name}${framework === undefined ? "" : ` (framework: ${framework})`}, to the last page.
2. Check each with ${checkControl.name}. Repeat what fails with a transient error, after retry_after_ms.

Then write the review. First what fails: how many violations, the worst of them by id, since when, which requirements of which framework it touches. Then what is indeterminate, and what is missing to decide it: indeterminate is not a pass. Then what passes, in one line each. Say of every statement which source it rests on and when that was read. Propose at most three next steps; change nothing.`,
});
