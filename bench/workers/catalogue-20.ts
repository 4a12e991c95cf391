/** The catalogue with 20 tools, in place of the project's own. */
import { catalogueOf } from "./catalogue-of.ts";

export { findPrompt, findResource, PROMPTS, RESOURCES } from "../../src/catalogue.ts";

export const { TOOLS, findTool, changeTool } = catalogueOf(20);
