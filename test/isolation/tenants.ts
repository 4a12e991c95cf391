import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser, formOn, type Page } from "../../cli/browser.ts";
import { queryDatabase } from "../../cli/local/database-file.ts";
import { type Instance, startInstance } from "../../cli/local/instance.ts";
import { freePort } from "../../cli/local/ports.ts";
import { type Lab, startLab } from "../../lab/lab.ts";

/** One tenant's instance, beside another's. */
export interface Tenant {
  readonly name: string;
  readonly url: string;
  readonly stateDir: string;
  current(): Instance;
  /** Starts it again on the same state, with other variables. */
  restart(environment: Readonly<Record<string, string>>): Promise<void>;
  sql<Row>(query: string): Row[];
}

/** Two tenants who share all that two tenants could: identity provider, vendors, people, and every secret. */
export interface Neighbours {
  readonly lab: Lab;
  readonly acme: Tenant;
  readonly globex: Tenant;
  dispose(): Promise<void>;
}

/** Starts both. The caller disposes of them. */
export async function startNeighbours(): Promise<Neighbours> {
  const labDir = await mkdtemp(join(tmpdir(), "sallyport-lab-"));
  const lab = await startLab({ port: 0, stateDir: labDir });
  const started = await Promise.all([startTenant("acme", lab.url), startTenant("globex", lab.url)]);
  const [acme, globex] = started;
  return {
    lab,
    acme,
    globex,
    async dispose() {
      for (const { current, stateDir } of started) {
        await current().dispose();
        await rm(stateDir, { recursive: true, force: true });
      }
      await lab.close();
      await rm(labDir, { recursive: true, force: true });
    },
  };
}

async function startTenant(name: string, labUrl: string): Promise<Tenant> {
  const stateDir = await mkdtemp(join(tmpdir(), `sallyport-${name}-`));
  const port = await freePort();
  const start = (environment: Readonly<Record<string, string>>): Promise<Instance> =>
    startInstance({ port, stateDir, labUrl, environment: { TENANT: name, ...environment } });
  let instance = await start({});
  return {
    name,
    url: instance.url,
    stateDir,
    current: () => instance,
    async restart(environment) {
      await instance.dispose();
      instance = await start(environment);
    },
    sql: <Row>(query: string) => queryDatabase(stateDir, query) as Row[],
  };
}

/** A person's browser, signed in at a tenant's console. */
export async function signedInBrowser({ url }: Pick<Tenant, "url">, user: string): Promise<Visitor> {
  const browser = new Browser(
    (address, init) => fetch(address, init),
    () => false,
  );
  const first = await browser.open(`${url}/console`);
  const asks = first.html.includes('name="password"');
  if (asks) await browser.submit(formOn(first), { login: user, password: "lab" });
  return { open: (address, init) => browser.open(address, init) };
}

/** Opens pages with the cookies of whoever signed in. */
export interface Visitor {
  open(address: string, init?: RequestInit): Promise<Page>;
}

/** The cookie of a console session, as a browser sends it. */
export async function consoleCookie({ url }: Pick<Tenant, "url">, user: string): Promise<string> {
  let cookie = "";
  const browser = new Browser(
    async (address, init) => {
      const response = await fetch(address, init);
      for (const set of response.headers.getSetCookie()) {
        if (set.startsWith("__Host-sallyport-console=")) cookie = set.split(";")[0] ?? "";
      }
      return response;
    },
    () => false,
  );
  const first = await browser.open(`${url}/console`);
  await browser.submit(formOn(first), { login: user, password: "lab" });
  if (cookie === "") throw new Error(`${user} was not signed in at ${url}`);
  return cookie;
}
