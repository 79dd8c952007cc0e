/** Prometheus text, read back: by name with its labels, as it is printed. */
export function readMetrics(text: string): ReadonlyMap<string, number> {
  const samples = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return new Map(
    samples.map((line) => {
      const space = line.lastIndexOf(" ");
      return [line.slice("dicomtap_".length, space), Number(line.slice(space + 1))];
    }),
  );
}

/** What tells of faults; everything else moves with the traffic. */
export const FAULT_METRICS = [
  "capture_suspects_total",
  "connect_failures_total",
  "connections_refused_total",
  "dashboard_faults_total",
  "event_streams_dropped_total",
  "forwarding",
  "log_suppressed_total",
  "lost_bytes_total",
  "observer_faults_total",
  "queue_overflow_bytes_total",
  'recording{state="off"}',
  'recording{state="ok"}',
  'recording{state="paused"}',
  'recording{state="refused"}',
  "requests_limited_total",
];

/** Names of those that tell of faults and are not as they were. */
export function movedFaults(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): string[] {
  return FAULT_METRICS.filter((name) => before.get(name) !== after.get(name));
}
