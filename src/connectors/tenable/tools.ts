import type { Tool } from "../../path/tool.ts";
import { launchScan } from "./launch-scan.ts";
import { searchVulnerabilities } from "./search-vulnerabilities.ts";

/** What Tenable contributes to the catalogue. */
export const tenableTools: readonly Tool[] = [searchVulnerabilities, launchScan];
