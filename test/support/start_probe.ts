/** Entry point that package.test.ts bundles: starts a worker thread the way the bundle does. */
import { startWorker } from "../../src/io/worker_start.ts";

const worker = startWorker("probe", { workerData: "from the bundle" });
worker.once("message", (answer) => {
  console.log(JSON.stringify(answer));
  void worker.terminate();
});
