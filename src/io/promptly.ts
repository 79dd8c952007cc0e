/**
 * A stream of pieces that tells when it makes its reader wait: what was gathered so far can then go
 * out, and pieces that come one right after another can share a write.
 */

/** The pieces; undefined before one that is not there at once, so that what waits goes out first. */
export async function* promptly(
  pieces: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array | undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  let isOver = false;
  try {
    for (;;) {
      const next = iterator.next();
      if (!(await isSettledAtOnce(next))) yield undefined;
      const { done, value } = await next.catch((error: unknown) => {
        isOver = true;
        throw error;
      });
      if (done === true) {
        isOver = true;
        return;
      }
      yield value;
    }
  } finally {
    if (!isOver) await iterator.return?.();
  }
}

/** Before the event loop turns. */
function isSettledAtOnce(work: Promise<unknown>): Promise<boolean> {
  return new Promise((resolve) => {
    const turn = setImmediate(() => resolve(false));
    const settled = (): void => {
      clearImmediate(turn);
      resolve(true);
    };
    work.then(settled, settled);
  });
}
