/** The stateless template as its documentation has it: what a tool takes is written where the server is built. */
import { statelessTemplate } from "./template-server.ts";
import { templateTools } from "./template-tools.ts";

export default statelessTemplate(templateTools);
