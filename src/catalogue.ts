/** Every tool there is. Adding one is adding its declaration to its connector's list. */
import { crowdstrikeTools } from "./connectors/crowdstrike/tools.ts";
import { elasticTools } from "./connectors/elastic/tools.ts";
import { intelligenceTools } from "./connectors/intelligence/tools.ts";
import { jiraTools } from "./connectors/jira/tools.ts";
import { oktaTools } from "./connectors/okta/tools.ts";
import { pagerdutyTools } from "./connectors/pagerduty/tools.ts";
import { sallyportTools } from "./connectors/sallyport/tools.ts";
import { tenableTools } from "./connectors/tenable/tools.ts";
import { controlTools } from "./controls/tools.ts";
import type { ChangeTool, Tool } from "./path/tool.ts";

/** All tools, in the order in which `tools/list` shows them. */
export const TOOLS: readonly Tool[] = [
  ...sallyportTools,
  ...controlTools,
  ...crowdstrikeTools,
  ...elasticTools,
  ...intelligenceTools,
  ...jiraTools,
  ...pagerdutyTools,
  ...oktaTools,
  ...tenableTools,
].toSorted((a, b) => (a.name < b.name ? -1 : 1));

const BY_NAME: ReadonlyMap<string, Tool> = new Map(TOOLS.map((tool) => [tool.name, tool]));
if (BY_NAME.size !== TOOLS.length) throw new TypeError("two tools have the same name");

/** The tool called `name`, if there is one. */
export function findTool(name: string): Tool | undefined {
  return BY_NAME.get(name);
}

/** The state-changing tool that an operation was made by. */
export function changeTool(name: string): ChangeTool {
  const tool = BY_NAME.get(name);
  if (tool?.kind !== "change") throw new TypeError(`${name} is not a state-changing tool`);
  return tool;
}
