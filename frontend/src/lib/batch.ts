interface Waiting<T> {
  resolve: (answer: T | undefined) => void;
  reject: (error: unknown) => void;
}

const A_TICK = 5;
const A_CALL = 100;

/**
 * Answers for ids that are asked for one by one, read together: those of one tick go into calls of at most 100. An id
 * that the answer does not hold is undefined.
 */
export function makeBatch<T>(
  read: (ids: string[]) => Promise<ReadonlyMap<string, T>>,
): (id: string) => Promise<T | undefined> {
  let waiting = new Map<string, Waiting<T>[]>();

  const answer = async (batch: Map<string, Waiting<T>[]>, ids: string[]) => {
    try {
      const found = await read(ids);
      for (const id of ids) for (const one of batch.get(id) ?? []) one.resolve(found.get(id));
    } catch (error) {
      for (const id of ids) for (const one of batch.get(id) ?? []) one.reject(error);
    }
  };
  const flush = () => {
    const batch = waiting;
    waiting = new Map();
    const ids = [...batch.keys()];
    for (let start = 0; start < ids.length; start += A_CALL)
      void answer(batch, ids.slice(start, start + A_CALL));
  };
  return (id) =>
    new Promise((resolve, reject) => {
      if (waiting.size === 0) setTimeout(flush, A_TICK);
      waiting.set(id, [...(waiting.get(id) ?? []), { resolve, reject }]);
    });
}
