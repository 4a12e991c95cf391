/** The stand-in as a program: its account is in the file that comes before wrangler's own arguments. */
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { type Account, play } from "./stand-in-wrangler.ts";

const [file = "", ...args] = process.argv.slice(2);
const account = JSON.parse(readFileSync(file, "utf8")) as Account;
const { code, stdout, stderr } = play(account, args, await text(process.stdin));
writeFileSync(file, JSON.stringify(account));
process.stdout.write(stdout);
process.stderr.write(stderr);
process.exitCode = code;
