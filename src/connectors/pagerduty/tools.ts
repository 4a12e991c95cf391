import type { Tool } from "../../path/tool.ts";
import { pageOnCall } from "./page-on-call.ts";

/** What PagerDuty contributes to the catalogue. */
export const pagerdutyTools: readonly Tool[] = [pageOnCall];
