/** Lists the tools that answer for compliance. */
import type { Tool } from "../../toolkit/tool.ts";
import { checkControl } from "./check-control.ts";
import { listControls } from "./list-controls.ts";

/** The tools that answer for compliance. */
export const controlTools: readonly Tool[] = [checkControl, listControls];
