import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { z } from "zod";
import { SERVER_INFO } from "../../src/session/lanes/lane.ts";

/** What a person is asked for before a client can connect. */
const input = z.strictObject({
  description: z.string().optional(),
  placeholder: z.string().optional(),
  default: z.string().optional(),
  isRequired: z.boolean().optional(),
  isSecret: z.boolean().optional(),
  format: z.enum(["string", "number", "boolean", "filepath"]).optional(),
  choices: z.array(z.string()).optional(),
});

/** The registry's own schema of 2025-12-11, as far as a server with nothing but a remote address goes. */
const entry = z.strictObject({
  $schema: z.literal("https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"),
  name: z
    .string()
    .min(3)
    .max(200)
    .regex(/^[a-zA-Z0-9.-]+\/[a-zA-Z0-9._-]+$/),
  title: z.string().min(1).max(100),
  description: z.string().min(1).max(100),
  version: z.string().regex(/^\d+\.\d+\.\d+$/),
  remotes: z.array(
    z.strictObject({
      type: z.literal("streamable-http"),
      url: z.string().regex(/^https:\/\/[^\s]+$/),
      variables: z.record(z.string(), input),
    }),
  ),
});

async function json(path: string): Promise<unknown> {
  return JSON.parse(await readFile(path, "utf8"));
}

test("the registry's entry is one that the registry takes", async () => {
  const { remotes } = entry.parse(await json("server.json"));
  for (const { url, variables } of remotes) {
    expect([...url.matchAll(/\{(\w+)\}/g)].map(([, name]) => name)).toEqual(Object.keys(variables));
    expect(new URL(url.replace(/\{\w+\}/g, "sallyport.example.com")).pathname).toBe("/mcp");
  }
});

test("it names the server as the server names itself, in the version that is built", async () => {
  const { title, version } = entry.parse(await json("server.json"));
  expect({ title, version }).toEqual({ title: SERVER_INFO.title, version: SERVER_INFO.version });
  expect(await json("package.json")).toMatchObject({ version });
});
