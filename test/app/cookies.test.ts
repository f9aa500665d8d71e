import { describe, expect, it } from "vitest";

import { cookieOf } from "../../src/app/request/cookie-header.ts";
import { setCookie, type CookieOptions } from "../../src/app/response/set-cookie.ts";

describe("a cookie of a request", () => {
  it.each([
    ["a=1; b=2", "2"],
    ["b=first; b=second", "first"],
    [" b = spaced ", "spaced"],
    ['b="quoted"', "quoted"],
    ["b=a%20b%3B", "a b;"],
    ["b=100%", "100%"],
    ["b=a=b", "a=b"],
    ["b=", ""],
    ["bb=1; ab=2", undefined],
    ["b", undefined],
    ["", undefined],
    [undefined, undefined],
  ])("of %j the value of b is %j", (header, value) => {
    expect(cookieOf(header, "b")).toBe(value);
  });

  it("has none of the names that objects have", () => {
    expect(cookieOf("a=1", "constructor")).toBeUndefined();
    expect(cookieOf("__proto__=1", "__proto__")).toBe("1");
  });
});

describe("a cookie of a response", () => {
  it("has the attributes that it is given", () => {
    const expires = new Date(Date.now() + 60_000);
    const options: CookieOptions = {
      domain: "example.com",
      path: "/shop",
      expires,
      maxAge: 60,
      httpOnly: true,
      secure: true,
      sameSite: "lax",
      priority: "high",
      partitioned: true,
    };
    expect(setCookie("theme", "dark blue", options)).toBe(
      `theme=dark%20blue; Max-Age=60; Domain=example.com; Path=/shop; Expires=${expires.toUTCString()}; HttpOnly; Secure; Partitioned; Priority=High; SameSite=Lax`,
    );
    expect(setCookie("theme", "dark", {})).toBe("theme=dark");
  });

  it("has what browsers ask of a name with a prefix", () => {
    expect(setCookie("id", "1", { prefix: "secure", path: "/shop" })).toBe("__Secure-id=1; Path=/shop; Secure");
    expect(setCookie("id", "1", { prefix: "host", path: "/shop", domain: "example.com" })).toBe(
      "__Host-id=1; Path=/; Secure",
    );
  });

  it.each<[string, CookieOptions, string]>([
    ["a b", {}, "expected a name"],
    ["", {}, "expected a name"],
    ["a", { path: "/;x" }, "a path without semicolons"],
    ["a", { domain: "x\r\ny" }, "a domain without semicolons"],
    ["a", { maxAge: 35_000_000 }, "at most 400 days"],
    ["a", { expires: new Date(Date.now() + 401 * 24 * 60 * 60 * 1_000) }, "within 400 days"],
    ["a", { partitioned: true }, "to be secure"],
    ["__Secure-a", {}, "to be secure"],
    ["__Host-a", { path: "/" }, "to be secure"],
    ["__Host-a", { secure: true, path: "/shop" }, 'the path "/"'],
    ["__Host-a", { secure: true, path: "/", domain: "x" }, "no domain"],
  ])("%j with %o is refused", (name, options, why) => {
    expect(() => setCookie(name, "1", options)).toThrow(why);
  });
});
