/** The stateless template in the hands of someone who builds no schema twice. */
import { statelessTemplate } from "./template-server.ts";
import { PREPARED_TOOLS } from "./template-tools.ts";

export default statelessTemplate(() => PREPARED_TOOLS);
