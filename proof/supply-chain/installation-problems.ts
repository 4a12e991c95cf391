/** Checks pins, hashes and install scripts. */
import type { Installation } from "./packages.ts";

const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** What of an installation isn't pinned, isn't verified, or runs unreviewed: one sentence each. Pure. */
export function installationProblems({ dependencies, allowScripts, packages }: Installation): string[] {
  const scripted = new Set(
    packages.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name),
  );
  return [
    ...Object.entries(dependencies)
      .filter(([, version]) => !EXACT.test(version))
      .map(([name, version]) => `${name} is asked for as ${version}: pin one version`),
    ...packages
      .filter(({ integrity }) => !integrity?.startsWith("sha512-"))
      .map(({ name, version }) => `${name} ${version} has no SHA-512 in the lockfile`),
    ...[...scripted]
      .filter((name) => allowScripts[name] === undefined)
      .map((name) => `${name} has an install script that nobody has reviewed: name it in allowScripts`),
    ...Object.keys(allowScripts)
      .filter((name) => !scripted.has(name))
      .map((name) => `allowScripts names ${name}, which has no install script`),
  ];
}
