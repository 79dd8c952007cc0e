/**
 * Writes day.dcap, the capture of the demo, anew: `node test/support/run_typescript.mjs
 * src/demo/generate_day.ts`. A test holds the file against the script that it is made of.
 */
import { writeFileSync } from "node:fs";
import { DAY_PRODUCT, dayCapturePath } from "./day_capture.ts";
import { inventedDay } from "./invented_day.ts";
import { scriptedCapture } from "./scripted_capture.ts";

writeFileSync(dayCapturePath(), scriptedCapture(inventedDay(DAY_PRODUCT)));
