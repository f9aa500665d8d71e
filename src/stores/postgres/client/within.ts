/**
 * What `promise` comes to, unless that takes longer than `ms`: then it rejects with what `late` makes, and whatever becomes of
 * the promise afterwards is nobody's.
 */
export function within<Answer>(ms: number, promise: PromiseLike<Answer>, late: () => Error): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(late()), Math.max(0, ms));
    promise.then(
      (answer) => {
        clearTimeout(timer);
        resolve(answer);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}
