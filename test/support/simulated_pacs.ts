/** The PACS of the demo is also a partner in tests: one fake PACS, not two. */
export {
  type SimulatedPacsOptions,
  type StoredInstance,
  startSimulatedPacs,
} from "../../src/demo/simulated_pacs.ts";
