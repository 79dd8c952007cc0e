import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { Output } from "../../src/cli/output.ts";
import { Progress } from "../../src/cli/progress.ts";

describe("Progress", () => {
  test("is gone from the terminal before what is printed after it", async () => {
    let text = "";
    const terminal = {
      writableNeedDrain: false,
      write(written: string, done?: () => void): boolean {
        text += written;
        done?.();
        return true;
      },
      once: (): void => undefined,
      on: (): void => undefined,
      off: (): void => undefined,
    };
    const [out, err] = [new Output(terminal), new Output(terminal)];
    const progress = new Progress(err, { label: "work", total: 2, shown: true });
    progress.at(1);
    progress.done();
    out.line("the result");
    // As a program ends: stdout first.
    await out.flush();
    await err.flush();
    assert.equal(text, "\r\u001b[2Kwork [############............]  50%\r\u001b[2Kthe result\n");
  });
});
