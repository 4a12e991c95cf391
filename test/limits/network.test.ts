import { describe, expect, test } from "vitest";
import { networkOf } from "../../src/limits/network.ts";

describe("strangers are counted", () => {
  test.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["2001:db8:1:2::", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
  ])("by /64 where the address is IPv6: %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:c000:201", "192.0.2.1"],
  ])("by the whole address where it is IPv4, however it is written: %s", (address, network) => {
    expect(networkOf(address)).toBe(network);
  });

  test.each(["", "nobody", "1:2"])("as they are named where that is no address: %j", (address) => {
    expect(networkOf(address)).toBe(address);
  });
});
