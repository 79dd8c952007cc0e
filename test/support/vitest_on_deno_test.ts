/**
 * As much of vitest's API as the tests of the pure core use, on `Deno.test`: with it those tests run
 * under plain `deno test` without any permission, which proves that neither they nor the code that
 * they test touch a file, a socket, a clock service or the environment.
 */
type Body = () => unknown;
type Suite = () => void;

interface DenoTest {
  test(definition: { name: string; ignore: boolean; fn: () => Promise<void> }): void;
}

const { Deno } = globalThis as unknown as { readonly Deno: DenoTest };
const path: string[] = [];
let skipped = false;

function define(name: string, body: Body, ignore: boolean): void {
  const definition = {
    name: [...path, name].join(" > "),
    ignore: ignore || skipped,
    fn: async () => void (await body()),
  };
  Deno.test(definition);
}

/** vitest also takes options, or a timeout, beside the body: what is callable is the body. */
function bodyOf<T>(rest: readonly unknown[]): T {
  return rest.find((value) => typeof value === "function") as T;
}

function testFunction(ignore: boolean) {
  return (name: string, ...rest: unknown[]) => define(name, bodyOf<Body>(rest), ignore);
}

function describeFunction(ignore: boolean) {
  return (name: string, ...rest: unknown[]) => {
    const before = skipped;
    skipped ||= ignore;
    path.push(name);
    bodyOf<Suite>(rest)();
    path.pop();
    skipped = before;
  };
}

function eachOf(run: (name: string, body: Body) => void) {
  return (rows: readonly unknown[]) => (name: string, body: (...values: unknown[]) => unknown) => {
    for (const row of rows) {
      const values = Array.isArray(row) ? row : [row];
      let used = 0;
      const title = name.replace(/%[sdijo%]/g, (mark) =>
        mark === "%%" ? "%" : String(values[used++]),
      );
      run(title, () => body(...values));
    }
  };
}

export const test = Object.assign(testFunction(false), {
  skip: testFunction(true),
  skipIf: (condition: unknown) => testFunction(Boolean(condition)),
  runIf: (condition: unknown) => testFunction(!condition),
  each: eachOf((name, body) => define(name, body, false)),
});

export const it = test;

export const describe = Object.assign(describeFunction(false), {
  skip: describeFunction(true),
  skipIf: (condition: unknown) => describeFunction(Boolean(condition)),
  each: eachOf((name, body) => describeFunction(false)(name, body as Suite)),
});
