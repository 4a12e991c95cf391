/** The lab's own interface: effects, faults, clock and people, for tests and demonstrations. */
import { type Context, Hono } from "hono";
import * as z from "zod";
import type { Clock } from "./clock.ts";
import type { Effects } from "./effects.ts";
import type { Estate } from "./estate/estate.ts";
import type { Faults } from "./faults.ts";
import type { Holding } from "./holding.ts";
import type { Directory } from "./identity/directory.ts";
import type { RequestLog } from "./request-log.ts";

/** What the lab's own interface, beside the vendors', is made of. */
export interface Controls {
  clock: Clock;
  effects: Effects;
  faults: Faults;
  log: RequestLog;
  directory: Directory;
  estate: Estate;
  holding: Holding;
  /** Puts the estate back as seeded, and drops the requests that faults hold back. */
  reset: () => void;
}

const count = z.coerce.number().int().min(0).optional();
const timeout_ms = z.coerce.number().int().min(0).max(600_000).default(10_000);
const effectsQuery = z.object({ wait: count, timeout_ms });
const clockBody = z.strictObject({ ahead_ms: z.int().min(0), still: z.boolean().optional() });
const faultsQuery = z.object({ fired: count, timeout_ms });

/** The interface by which tests and demonstrations see what happened and decide what goes wrong. */
export function controlApp(controls: Controls): Hono {
  const { clock, effects, faults, log, directory, estate, holding, reset } = controls;
  const app = new Hono();

  app.get("/healthz", (c) => c.json({ status: "ok" }));

  app.get("/effects", async (c) => {
    const { wait, timeout_ms } = effectsQuery.parse(c.req.query());
    if (wait !== undefined) await effects.atLeast(wait, timeout_ms);
    return c.json(effects.list());
  });

  app.get("/requests", (c) => c.json(log.list()));

  app.get("/faults", async (c) => {
    const { fired, timeout_ms } = faultsQuery.parse(c.req.query());
    if (fired !== undefined) await faults.firedAtLeast(fired, timeout_ms);
    return c.json(faults.list());
  });
  app.post("/faults", async (c) => c.json(faults.add(await json(c)), 201));
  app.delete("/faults", (c) => {
    faults.clear();
    return c.body(null, 204);
  });

  app.post("/release", (c) => {
    holding.release();
    return c.body(null, 204);
  });

  app.post("/reset", (c) => {
    reset();
    return c.body(null, 204);
  });

  app.post("/clock", async (c) => {
    clock.go(clockBody.parse(await json(c)));
    return c.body(null, 204);
  });

  app.get("/users", (c) => c.json(directory.users()));
  app.post("/users/:login", async (c) => {
    const user = directory.update(c.req.param("login"), await json(c));
    return user ? c.json(user) : c.json({ error: { message: `no user ${c.req.param("login")}` } }, 404);
  });

  app.get("/estate", (c) =>
    c.json({
      hosts: estate.hosts.map((host) => ({
        ...host,
        owner: host.owner.login,
        last_seen: estate.lastSeen(host),
      })),
    }),
  );

  app.onError((error, c) => {
    if (error instanceof z.ZodError) return c.json({ error: refusal(error) }, 400);
    if (error instanceof SyntaxError) return c.json({ error: { message: "the body must be JSON" } }, 400);
    console.error("lab:", error);
    return c.json({ error: { message: "internal error" } }, 500);
  });
  return app;
}

async function json(c: Context): Promise<unknown> {
  return JSON.parse(await c.req.text());
}

/** Names each field that is wrong; a field that shouldn't be there counts as wrong itself. */
function refusal(error: z.ZodError) {
  const issues = error.issues.flatMap((issue) => {
    const fields = issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".") || "body"];
    return fields.map((field) => ({ field, message: issue.message }));
  });
  return { message: issues.map(({ field, message }) => `${field}: ${message}`).join("; "), issues };
}
