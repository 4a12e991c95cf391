import type { Tool } from "../../path/tool.ts";
import { openCase } from "./open-case.ts";
import { searchAlerts } from "./search-alerts.ts";
import { updateAlert } from "./update-alert.ts";

/** What Elastic Security contributes to the catalogue. */
export const elasticTools: readonly Tool[] = [searchAlerts, updateAlert, openCase];
