import { lab } from "./lab.ts";

/** Hands out devices of the lab that a responder may contain, each once. */
export async function freshDevices(): Promise<() => string> {
  const devices = await lab.devices();
  return () => {
    const id = devices.pop();
    if (id === undefined) throw new Error("the lab has no device left");
    return id;
  };
}
