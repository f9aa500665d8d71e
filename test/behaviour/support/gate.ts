/** Something that a test lets happen, or waits for. */
export interface Gate {
  readonly passed: Promise<void>;
  /** Is it open? */
  readonly isOpen: boolean;
  readonly open: () => void;
}

export function makeGate(): Gate {
  const { promise, resolve } = Promise.withResolvers<void>();
  let isOpen = false;
  return {
    passed: promise,
    get isOpen() {
      return isOpen;
    },
    open: () => {
      isOpen = true;
      resolve();
    },
  };
}

/** Keeps the event loop to itself. */
export function burn(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}
