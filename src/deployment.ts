/** What this deployment is made of. */
import type { Deployment } from "./catalogue/catalogue.ts";
import { controlTools } from "./catalogue/controls/tools.ts";
import { ownTools } from "./catalogue/own/tools.ts";
import { prompts } from "./catalogue/prompts/prompts.ts";
import { resources } from "./catalogue/resources/resources.ts";
import { crowdstrikeConnector } from "./connectors/crowdstrike/connector.ts";
import { elasticConnector } from "./connectors/elastic/connector.ts";
import { intelligenceConnectors } from "./connectors/intelligence/connector.ts";
import { lookupCve } from "./connectors/intelligence/lookup-cve.ts";
import { jiraConnector } from "./connectors/jira/connector.ts";
import { oktaConnector } from "./connectors/okta/connector.ts";
import { pagerdutyConnector } from "./connectors/pagerduty/connector.ts";
import { tenableConnector } from "./connectors/tenable/connector.ts";

export const deployment: Deployment = {
  connectors: [
    crowdstrikeConnector,
    elasticConnector,
    ...intelligenceConnectors,
    jiraConnector,
    oktaConnector,
    pagerdutyConnector,
    tenableConnector,
  ],
  tools: [...ownTools, ...controlTools, lookupCve],
  prompts,
  resources,
};
