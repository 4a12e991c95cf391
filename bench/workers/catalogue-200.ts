/** The deployment with 200 tools, in place of the project's own. */
import { deploymentOf } from "./catalogue-of.ts";

export const deployment = deploymentOf(200);
