/** Starts the lab: identity provider, vendors and controls in one process. */
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { Clock } from "./clock.ts";
import { controlApp } from "./control.ts";
import { Effects } from "./effects.ts";
import { Estate } from "./estate/estate.ts";
import { Faults } from "./faults.ts";
import { Holding } from "./holding.ts";
import { Directory } from "./identity/directory.ts";
import { isProtocolRequest, protocolListener } from "./identity/listener.ts";
import { identityProvider, oidcPath } from "./identity/provider.ts";
import { signInApp } from "./identity/sign-in.ts";
import { listen } from "./listen.ts";
import { RequestLog } from "./request-log.ts";
import { vendorApp } from "./simulation.ts";
import type { Simulator } from "./simulator.ts";
import { Storage } from "./storage.ts";
import { Tokens } from "./tokens.ts";
import { vendors } from "./vendors.ts";
import type { World } from "./world.ts";

/** How to start a lab. */
export interface LabOptions {
  /** 0 asks the system for one. */
  port: number;
  /** The lab keeps its own in `<stateDir>/lab`. */
  stateDir: string;
  /** The one address to listen on; without it, both loopback addresses. */
  host?: string;
  /** Vendors besides ours: a deployment's own. Faults and effects know them like the others. */
  simulators?: readonly ((world: World) => Simulator)[];
  /** Epoch ms, for tests that move time. The identity provider always goes by the real clock. */
  now?: () => number;
}

/** A lab that runs. */
export interface Lab {
  /** Its origin, such as `http://localhost:8790`. */
  url: string;
  /** The OpenID issuer. */
  issuer: string;
  /** Base URL of each simulated vendor. */
  vendors: Record<string, string>;
  /** Stops it. Requests that a fault holds back are dropped without effect. */
  close(): Promise<void>;
}

/**
 * Starts the simulated security estate: an identity provider, the vendors, and the controls for tests.
 * @throws Error with `code: "EADDRINUSE"` when the port is taken
 */
export async function startLab({
  port,
  stateDir,
  host,
  simulators: more = [],
  now: time = Date.now,
}: LabOptions): Promise<Lab> {
  const clock = new Clock(time);
  const now = () => clock.now();
  const storage = new Storage(join(stateDir, "lab"));
  const tokens = new Tokens(storage);
  const world: World = {
    storage,
    tokens,
    now,
    effects: new Effects(storage),
    estate: new Estate(storage, now),
  };
  const simulators = [...vendors, ...more].map((vendor) => vendor(world));
  const faults = new Faults(storage, tokens, simulators);
  const directory = new Directory(storage);
  const log = new RequestLog();
  const holding = new Holding();

  const reset = () => {
    holding.drop();
    storage.transaction(() => {
      world.estate.reset();
      world.effects.clear();
      faults.clear();
    });
    log.clear();
  };

  const app = new Hono<{ Bindings: HttpBindings }>();
  const simulation = { world, faults, log, holding };
  for (const simulator of simulators) app.route(`/${simulator.vendor}`, vendorApp(simulator, simulation));
  app.route(
    "/",
    controlApp({
      clock,
      effects: world.effects,
      estate: world.estate,
      faults,
      log,
      directory,
      holding,
      reset,
    }),
  );

  // The issuer's name contains the port, so the provider can only be made once the port is known.
  let serve: RequestListener = (_request, response) => response.writeHead(503).end();
  const hosts = host ? [host] : ["127.0.0.1", "::1"];
  const listening = await listen(hosts, port, (request, response) => serve(request, response)).catch(
    (error) => {
      storage.close();
      throw error;
    },
  );
  const url = `http://${host ?? "localhost"}:${listening.port}`;
  const provider = identityProvider(url, storage, directory);
  app.route(`${oidcPath}/interaction`, signInApp(provider, directory));
  const protocol = protocolListener(provider);
  const pages = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  serve = (request, response) =>
    void (isProtocolRequest(request.url ?? "") ? protocol : pages)(request, response);

  return {
    url,
    issuer: `${url}${oidcPath}`,
    vendors: Object.fromEntries(simulators.map(({ vendor }) => [vendor, `${url}/${vendor}`])),
    async close() {
      holding.drop();
      await listening.close();
      storage.close();
    },
  };
}
