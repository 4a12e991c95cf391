import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { freePort } from "../../cli/local/ports.ts";
import { startLab } from "../../lab/lab.ts";
import { refresh, signIn } from "./support/browser.ts";
import { effects, fault, faults, lab, post, temporaryDirectory } from "./support/estate.ts";
import { Falcon, onlineDevice, otherDevice } from "./support/falcon.ts";
import { runLab } from "./support/process.ts";

describe("a lab that was started", () => {
  it("is reachable at localhost and at both loopback addresses", async () => {
    const { url } = await lab();
    const { port } = new URL(url);
    expect(url).toBe(`http://localhost:${port}`);
    for (const origin of [url, `http://127.0.0.1:${port}`, `http://[::1]:${port}`]) {
      expect(await (await fetch(`${origin}/healthz`)).json()).toEqual({ status: "ok" });
    }
  });

  it("says so when its port is taken", async () => {
    const { url } = await lab();
    const port = Number(new URL(url).port);
    await expect(startLab({ port, stateDir: temporaryDirectory() })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("keeps its own in a folder of the state directory and goes on from it", async () => {
    const first = await lab();
    const contain = await Falcon.signedIn(first, "contain");
    await contain.act("contain", onlineDevice);
    await post(`${first.url}/users/viewer`, { disabled: true });
    await fault(first, { mode: "reset", operation: "PerformActionV2" });
    await first.close();

    const second = await lab(first.stateDir, first.clock);
    expect(await effects(second)).toHaveLength(1);
    expect(await faults(second)).toMatchObject([{ mode: "reset", fired: 0 }]);
    const users = (await (await fetch(`${second.url}/users`)).json()) as unknown[];
    expect(users[0]).toMatchObject({ login: "viewer", disabled: true });
    const read = await Falcon.signedIn(second, "read");
    expect(await read.status(onlineDevice)).toBe("containment_pending");
  });
});

describe("the process", () => {
  it("prints one line on stdout and nothing else, and stops on SIGTERM", async () => {
    const lab = runLab({ LAB_PORT: "0", STATE_DIR: temporaryDirectory() });
    const { url, issuer } = await lab.ready;
    expect(issuer).toBe(`${url}/oidc`);
    await signIn(issuer, "viewer");
    const falcon = await Falcon.signedIn({ url }, "contain");
    await fault({ url }, { mode: "slow", delay_ms: 600_000, operation: "PerformActionV2" });
    const held = falcon.act("contain", onlineDevice);
    await faults({ url }, 1);
    lab.process.kill("SIGTERM");
    await expect(held).rejects.toThrow();
    expect(await lab.exited).toEqual({ code: 0, signal: null });
    expect(lab.stdout().split("\n")).toEqual([
      expect.stringMatching(/^lab \{"url":"http:\/\/localhost:\d+"/),
      "",
    ]);
    expect(lab.stderr()).toBe("");
  });

  it.each(["http", "70000", "-1", "8790x"])("names LAB_PORT when it is %s", async (LAB_PORT) => {
    const lab = runLab({ LAB_PORT, STATE_DIR: temporaryDirectory() });
    expect(await lab.exited).toMatchObject({ code: 1 });
    expect(lab.stderr()).toContain("LAB_PORT");
    expect(lab.stdout()).toBe("");
  });

  it("names LAB_PORT when it is taken", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const address = other.address();
    const LAB_PORT = String(typeof address === "object" && address?.port);
    const lab = runLab({ LAB_PORT, STATE_DIR: temporaryDirectory() });
    await lab.exited;
    other.close();
    expect(lab.stderr()).toBe(`lab: LAB_PORT ${LAB_PORT} is already in use\n`);
  });

  it("loses nothing acknowledged to a SIGKILL: effects, tokens, sessions, keys", async () => {
    const STATE_DIR = temporaryDirectory();
    const first = runLab({ LAB_PORT: String(await freePort()), STATE_DIR });
    const { url, issuer } = await first.ready;
    const tokens = await signIn(issuer, "responder");
    const read = await Falcon.signedIn({ url }, "read");
    const contain = await Falcon.signedIn({ url }, "contain");
    await contain.act("contain", onlineDevice);
    await fault({ url }, { mode: "drop_after_effect", operation: "PerformActionV2" });
    // Killed by whoever sees the effect from outside, while the caller knows nothing yet.
    const cut = contain.act("contain", otherDevice).catch((error: unknown) => error);
    const seen = await effects({ url }, 2);
    first.process.kill("SIGKILL");
    await first.exited;
    expect(await cut).toBeInstanceOf(Error);

    const second = runLab({ LAB_PORT: new URL(url).port, STATE_DIR });
    await second.ready;
    expect(await effects({ url })).toEqual(seen);
    expect(seen.map(({ target }) => target)).toEqual([`device/${onlineDevice}`, `device/${otherDevice}`]);
    expect(await read.status(onlineDevice)).toMatch(/^contain/);
    expect((await refresh(issuer, tokens.refresh_token)).status).toBe(200);
  });
});
