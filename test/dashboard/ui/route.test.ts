import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, test } from "vitest";
import {
  addressOfKey,
  listRoute,
  PANELS,
  type Route,
  readRoute,
  routeAddress,
} from "../../../src/dashboard/ui/route.ts";

describe("readRoute()", () => {
  test("reads back what routeAddress() wrote, whatever is in it", () => {
    const text = fc.string({ unit: fc.constantFrom(..."aZ09 ./%?#&=+~|()\\\"'\0\n\u202eé患😀") });
    const number = fc.option(fc.nat(), { nil: undefined });
    const route = fc.oneof<fc.Arbitrary<Route>[]>(
      fc.record({ page: fc.constantFrom("numbers", "stories"), filter: text }),
      fc.record({
        page: fc.constant("list"),
        filter: text,
        sort: fc.constantFrom("started", "duration", "calling"),
        order: fc.constantFrom("asc", "desc"),
      }),
      fc.record({
        page: fc.constant("association"),
        capture: text.filter((value) => value !== ""),
        id: fc.nat(),
        panel: fc.constantFrom(...PANELS),
        message: number,
        pdu: number,
      }),
      fc.record({ page: fc.constant("replays"), id: text.filter((value) => value !== "") }),
      fc.constant({ page: "captures" }),
    );
    fc.assert(
      fc.property(route, (value) => assert.deepEqual(readRoute(routeAddress(value)), { ...value })),
    );
  });

  test("takes the order that is usual where the address has none, or one that there is not", () => {
    const usual = listRoute("CT");
    for (const address of [
      "/?filter=CT",
      "/?filter=CT&sort=size&order=up",
      "/?filter=CT&sort=toString",
    ])
      assert.deepEqual(readRoute(address), usual, address);
    assert.equal(routeAddress(usual), "/?filter=CT");
    const longest = readRoute("/?sort=duration");
    assert.deepEqual(longest, { page: "list", filter: "", sort: "duration", order: "desc" });
  });

  test("knows the capture and the number of a key", () => {
    assert.deepEqual(readRoute(addressOfKey("a b/c.dcap/17", { panel: "pdus", pdu: 3 })), {
      page: "association",
      capture: "a b/c.dcap",
      id: 17,
      panel: "pdus",
      message: undefined,
      pdu: 3,
    });
  });

  test("has a route for every address", () => {
    for (const address of ["/a/x", "/a/x/y", "/nothing", "/replays/1/2", "/a/%E0%A4%A/1"]) {
      const { page } = readRoute(address);
      assert.equal(page, address === "/a/%E0%A4%A/1" ? "association" : "unknown", address);
    }
    assert.deepEqual(readRoute("/a/x/1?panel=nonsense&message=-1"), {
      page: "association",
      capture: "x",
      id: 1,
      panel: "ladder",
      message: undefined,
      pdu: undefined,
    });
  });
});
