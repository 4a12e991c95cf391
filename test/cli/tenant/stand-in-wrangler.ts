import { readFileSync, writeFileSync } from "node:fs";

/** One call of the stand-in. */
export interface Call {
  readonly args: readonly string[];
  readonly stdin: string;
}

/** An account, as the stand-in keeps it. */
export interface Account {
  d1: { name: string; uuid: string }[];
  kv: { title: string; id: string }[];
  queues: string[];
  /** Secrets by Worker. */
  workers: Record<string, Record<string, string | null>>;
  deployed: string[];
  migrated: string[];
  /** What `d1 export` writes. */
  dump: string;
  calls: Call[];
  /** How many commands that change something were run. */
  changes: number;
  /** The changing command that fails, by number; before it did anything, or after. */
  fail: { at: number; when: "before" | "after" } | null;
}

/** What a command printed, and its exit code. */
export interface Answer {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An account with nothing in it. */
export function emptyAccount(): Account {
  return {
    ...{ d1: [], kv: [], queues: [], workers: {}, deployed: [], migrated: [] },
    ...{ dump: "", calls: [], changes: 0, fail: null },
  };
}

/** Plays one command of wrangler's on an account: answers as the CLI documents, and notes the call. */
export function play(account: Account, args: readonly string[], stdin: string): Answer {
  // Commands that only look are never made to fail.
  const changing = !args.some((word) => ["list", "info"].includes(word));
  const failing = changing && account.fail !== null && account.changes === account.fail.at;
  account.calls.push({ args, stdin });
  if (changing) account.changes += 1;
  const answer =
    failing && account.fail?.when === "before" ? refuse("Internal error") : perform(account, args, stdin);
  return failing ? { ...answer, code: 1 } : answer;
}
function perform(account: Account, args: readonly string[], stdin: string): Answer {
  const named = args[args.indexOf("--name") + 1] ?? "";
  const [first, second, third = ""] = args;
  switch (`${first} ${second}`) {
    case "d1 list":
      return say(account.d1.map(({ name, uuid }) => ({ uuid, name, version: "production" })));
    case "d1 create":
      if (account.d1.some(({ name }) => name === third))
        return refuse("A database with that name already exists");
      account.d1.push({ name: third, uuid: crypto.randomUUID() });
      return say("✅ Successfully created DB");
    case "d1 delete":
      account.d1 = account.d1.filter(({ name }) => name !== third);
      return say("Deleted");
    case "d1 migrations":
      account.migrated.push(args[3] ?? "");
      return say("✅");
    case "d1 export":
      writeFileSync(args[args.indexOf("--output") + 1] ?? "", account.dump);
      return say("✅");
    case "kv namespace":
      return namespace(account, args);
    case "queues info":
      return account.queues.includes(third)
        ? say(`Queue Name: ${third}`)
        : refuse(`Queue "${third}" does not exist. To create it, run: wrangler queues create ${third}`);
    case "queues create":
      if (account.queues.includes(third)) return refuse(`Queue name '${third}' is already taken.`);
      account.queues.push(third);
      return say(`✅ Created queue '${third}'`);
    case "queues delete":
      account.queues = account.queues.filter((name) => name !== third);
      return say("Deleted");
    case "secret list":
      return secrets(account, named);
    case "secret bulk": {
      const before = account.workers[named] ?? {};
      const after = { ...before, ...(JSON.parse(stdin) as Record<string, string | null>) };
      account.workers[named] = Object.fromEntries(
        Object.entries(after).filter(([, value]) => value !== null),
      );
      return say("✨");
    }
    default:
      return worker(account, args);
  }
}

function namespace(account: Account, args: readonly string[]): Answer {
  const command = args[2];
  if (command === "list") return say(account.kv.map((it) => ({ ...it, supports_url_encoding: true })));
  if (command === "create") {
    account.kv.push({ title: args[3] ?? "", id: crypto.randomUUID().replaceAll("-", "") });
    return say("✨ Success!");
  }
  const id = args[args.indexOf("--namespace-id") + 1];
  account.kv = account.kv.filter((it) => it.id !== id);
  return say("Deleted");
}

function secrets(account: Account, name: string): Answer {
  const set = account.workers[name];
  if (set === undefined) {
    return refuse(
      `Worker "${name}" not found.\n\nIf this is a new Worker, run \`wrangler deploy\` first to create it.`,
    );
  }
  return say(Object.keys(set).map((secret) => ({ name: secret, type: "secret_text" })));
}

function worker(account: Account, args: readonly string[]): Answer {
  const [command = "", name = ""] = args;
  if (command === "delete") {
    delete account.workers[name];
    return say("Successfully deleted");
  }
  if (command !== "deploy") return refuse(`Unknown arguments: ${args.join(" ")}`);
  const config = JSON.parse(readFileSync(args[args.indexOf("--config") + 1] ?? "", "utf8")) as {
    name: string;
    secrets: { required: string[] };
  };
  const missing = config.secrets.required.filter((secret) => !account.workers[config.name]?.[secret]);
  if (missing.length > 0)
    return refuse(`The following required secrets have not been set: ${missing.join(", ")}`);
  account.deployed.push(config.name);
  return say("Uploaded");
}

function say(what: unknown): Answer {
  return {
    code: 0,
    stdout: `${typeof what === "string" ? what : JSON.stringify(what, null, 2)}\n`,
    stderr: "",
  };
}

function refuse(why: string): Answer {
  return {
    code: 1,
    stdout: "",
    stderr: `\u001b[31m✘ \u001b[41;31m[\u001b[41;97mERROR\u001b[41;31m]\u001b[0m ${why}\n`,
  };
}
