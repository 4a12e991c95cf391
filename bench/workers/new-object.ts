/** The least that a change on a new target could cost: a request that makes an object which keeps one row. */
import { DurableObject } from "cloudflare:workers";
import { templateProvider } from "./template-provider.ts";

export class OneRow extends DurableObject {
  keep(): number {
    this.ctx.storage.sql.exec("CREATE TABLE kept (id INTEGER PRIMARY KEY)");
    return this.ctx.storage.sql.exec("INSERT INTO kept (id) VALUES (1)").rowsWritten;
  }
}

interface ObjectEnv {
  readonly ONE_ROW: DurableObjectNamespace<OneRow>;
}

export default templateProvider({
  async fetch(_request, env) {
    const { ONE_ROW } = env as unknown as ObjectEnv;
    return Response.json({ rows: await ONE_ROW.getByName(crypto.randomUUID()).keep() });
  },
});
