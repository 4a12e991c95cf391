/** Where a tenant's secrets come from: made here, or asked for. */
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { SEALING_KEY_BYTES } from "../../src/auth/seal.ts";

/** Gives a value to each of `required`, and to those of `optional` that it has one for. */
export type SecretSource = (
  required: readonly string[],
  optional: readonly string[],
) => Promise<Readonly<Record<string, string>>>;

/** Secrets that mean nothing to anybody else: made here, unless somebody brings their own. */
const OURS: Readonly<Record<string, () => string>> = {
  SEALING_KEY: () => randomBytes(SEALING_KEY_BYTES).toString("base64"),
  // Signs the audit's checkpoints: PKCS#8 in base64.
  CHECKPOINT_PRIVATE_KEY: () =>
    generateKeyPairSync("ed25519").privateKey.export({ format: "der", type: "pkcs8" }).toString("base64"),
};

/** Whether a secret is ours to make, rather than somebody else's to give. */
export function isGenerated(name: string): boolean {
  return Object.hasOwn(OURS, name);
}

/** Asks `others` for all, and makes those of ours that they don't have. What is made goes to Cloudflare alone. */
export function withGenerated(others: SecretSource): SecretSource {
  return async (required, optional) => {
    const ours = required.filter(isGenerated);
    const given = await others(
      required.filter((name) => !isGenerated(name)),
      [...ours, ...optional],
    );
    const made = ours.map((name) => [name, given[name] || (OURS[name]?.() ?? "")]);
    return { ...given, ...Object.fromEntries(made) };
  };
}

/**
 * Takes secrets from a JSON object, such as a vault prints.
 * @throws Error naming what it lacks, with nothing of the text in it
 */
export function fromJson(text: string): SecretSource {
  const read = z.record(z.string(), z.string()).safeParse(parseJson(text));
  return async (required, optional) => {
    if (!read.success) throw new Error('stdin must hold one JSON object of secrets: {"NAME": "value"}');
    const given = read.data;
    const lacking = required.filter((name) => !given[name]);
    if (lacking.length > 0) throw new Error(`stdin has no value for ${lacking.join(", ")}`);
    return Object.fromEntries(
      [...required, ...optional].flatMap((name) => (given[name] ? [[name, given[name]]] : [])),
    );
  };
}

/**
 * What was typed, or what the file holds that was named with `@`: keys have several lines, and a prompt has one.
 * @throws Error when the file can't be read
 */
export function typedSecret(text: string): string {
  const typed = text.trim();
  return typed.startsWith("@") ? readFileSync(typed.slice(1), "utf8").trim() : typed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
