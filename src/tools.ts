/** The tools of every connector. Adding one is adding its declaration to its connector's list. */
import { crowdstrikeTools } from "./connectors/crowdstrike/tools.ts";
import { elasticTools } from "./connectors/elastic/tools.ts";
import { intelligenceTools } from "./connectors/intelligence/tools.ts";
import { jiraTools } from "./connectors/jira/tools.ts";
import { oktaTools } from "./connectors/okta/tools.ts";
import { pagerdutyTools } from "./connectors/pagerduty/tools.ts";
import { sallyportTools } from "./connectors/sallyport/tools.ts";
import { tenableTools } from "./connectors/tenable/tools.ts";
import { controlTools } from "./controls/tools.ts";
import type { Tool } from "./path/tool.ts";

export const tools: readonly Tool[] = [
  ...sallyportTools,
  ...controlTools,
  ...crowdstrikeTools,
  ...elasticTools,
  ...intelligenceTools,
  ...jiraTools,
  ...pagerdutyTools,
  ...oktaTools,
  ...tenableTools,
];
