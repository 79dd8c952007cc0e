/** Octets that are made while they are sent, at the pace of who takes them. */

/** `close` is called once, at the end or when nobody takes them any more. */
export function octetStream(
  pieces: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  close: () => void = () => {},
): ReadableStream<Uint8Array> {
  const iterator =
    Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
  let isOpen = true;
  const end = () => {
    if (isOpen) close();
    isOpen = false;
  };
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await iterator.next();
        if (done !== true) controller.enqueue(value);
        else {
          end();
          controller.close();
        }
      } catch (error) {
        end();
        controller.error(error);
      }
    },
    async cancel() {
      await iterator.return?.();
      end();
    },
  });
}

/** Sent as a file to be kept, under a name that is ours. */
export function attachment(
  octets: ReadableStream<Uint8Array>,
  { type, name }: { readonly type: string; readonly name: string },
): Response {
  return new Response(octets, {
    headers: {
      "content-type": type,
      "content-disposition": `attachment; filename="${name}"`,
      "cache-control": "no-store",
    },
  });
}
