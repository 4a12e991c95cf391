/** The deployment with 20 tools, in place of the project's own. */
import { deploymentOf } from "./catalogue-of.ts";

export const deployment = deploymentOf(20);
