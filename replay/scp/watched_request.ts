/** A request whose data set one looks at while another reads it. */
import type { PerformRequest } from "../../src/service/service_message.ts";

/** `look` is given the octets in order, as views that are valid until it returns. */
export function watchedRequest(
  request: PerformRequest,
  look: (octets: Uint8Array) => void,
): PerformRequest {
  const { dataSet } = request;
  return {
    ...request,
    dataSet: dataSet && watched(dataSet, look),
    through: (sink) =>
      request.through((octets) => {
        look(octets);
        sink(octets);
      }),
  };
}

async function* watched(
  dataSet: AsyncIterable<Uint8Array>,
  look: (octets: Uint8Array) => void,
): AsyncGenerator<Uint8Array> {
  for await (const octets of dataSet) {
    look(octets);
    yield octets;
  }
}
