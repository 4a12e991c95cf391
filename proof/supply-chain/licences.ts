/** Checks the packages' licences. */
import type { Package } from "./packages.ts";

/** Licences that ask for no more than their own text and a name to be kept. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  "0BSD",
  "Apache-2.0",
  "BlueOak-1.0.0",
  "BSD-2-Clause",
  "BSD-3-Clause",
  "CC0-1.0",
  "ISC",
  "MIT",
  "MIT-0",
  "Zlib",
]);

/** A package that may be here though its licence isn't on the list. */
interface Exception {
  readonly name: RegExp;
  readonly license: string;
  readonly because: string;
}

const EXCEPTIONS: readonly Exception[] = [
  {
    name: /^lightningcss(-[a-z0-9-]+)?$/,
    license: "MPL-2.0",
    because:
      "A CSS compiler that agents' optional Vite plugin depends on. It is in no bundle, and it isn't changed.",
  },
  {
    name: /^caniuse-lite$/,
    license: "CC-BY-4.0",
    because: "Data about browsers, for the same plugin. It is in no bundle.",
  },
  {
    name: /^@img\/sharp-/,
    license: "LGPL-3.0-or-later",
    because:
      "libvips, a library of its own that Miniflare loads for a binding that isn't used here. Development only.",
  },
  {
    name: /^@modelcontextprotocol\/inspector$/,
    license: "SEE LICENSE IN LICENSE",
    because: "On its way from MIT to Apache-2.0: its file says which part is under which. Development only.",
  },
];

/** Packages whose licence is neither on the list nor excepted: one sentence each. Pure. */
export function licenceProblems(packages: readonly Package[]): string[] {
  return packages.flatMap(({ name, version, license }) => {
    const accepted = license !== null && (isPermissive(license) || isExcepted(name, license));
    return accepted ? [] : [`${name} ${version}: its licence is ${license ?? "not stated"}`];
  });
}

/** Exceptions that no package needs any more. Pure. */
export function needlessExceptions(packages: readonly Package[]): string[] {
  return EXCEPTIONS.filter(
    (exception) =>
      !packages.some(({ name, license }) => exception.name.test(name) && license === exception.license),
  ).map(({ name, license }) => `the exception of ${license} for ${name.source} is needed by no package`);
}

/** Of a choice, one is enough; of a sum, all count. Whatever is nested deeper is for a person to read. */
function isPermissive(license: string): boolean {
  const choices = license.replace(/^\((.*)\)$/, "$1").split(" OR ");
  return choices.some((choice) => choice.split(" AND ").every((part) => PERMISSIVE.has(part)));
}

function isExcepted(name: string, license: string): boolean {
  return EXCEPTIONS.some((exception) => exception.license === license && exception.name.test(name));
}
