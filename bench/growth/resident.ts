import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";

/** The runtimes that this process has started, by process id. Empty on a machine without `/proc`. */
export async function runtimes(): Promise<number[]> {
  if (!existsSync("/proc/self/status")) return [];
  const ids = (await readdir("/proc")).map(Number).filter(Number.isInteger);
  const found = await Promise.all(
    ids.map(async (id) => {
      const said = await status(id);
      return said.get("Name") === "workerd" && Number(said.get("PPid")) === process.pid ? [id] : [];
    }),
  );
  return found.flat();
}

/** What of a process is in memory, in bytes. @throws Error once it is gone */
export async function residentBytes(id: number): Promise<number> {
  const [, kb] = /^(\d+) kB$/.exec((await status(id)).get("VmRSS") ?? "") ?? [];
  if (kb === undefined) throw new Error(`the process ${id} is gone`);
  return Number(kb) * 1024;
}

/** Lines of `/proc/<id>/status` by name; none if the process is gone. */
async function status(id: number): Promise<Map<string, string>> {
  const text = await readFile(`/proc/${id}/status`, "utf8").catch(() => "");
  return new Map(
    text.split("\n").map((line) => {
      const [name = "", value = ""] = line.split(":");
      return [name, value.trim()];
    }),
  );
}
