/** What can be measured of one series in one round; which of it there is depends on the phase. */
export interface Figures {
  readonly perSecond?: number;
  readonly cpuMicros?: number;
  /** CPU time of the database server. */
  readonly serverMicros?: number;
  /** For how long something that comes at any moment waits for the event loop to turn. */
  readonly loopP50Ms?: number;
  readonly loopP99Ms?: number;
  readonly loopMaxMs?: number;
  readonly p50Ms?: number;
  readonly p99Ms?: number;
  readonly meanMs?: number;
  readonly mostMs?: number;
  /** Pages of the database that were looked at, per job. */
  readonly buffers?: number;
  /** Per job, at the store. */
  readonly micros?: number;
  readonly perCpuSecond?: number;
  /** The cores that other processes had meanwhile. */
  readonly others?: number;
}

export type FigureName = keyof Figures;

/** The figures of one phase in one round, by the names of its series. */
export type PhaseFigures = Readonly<Record<string, Figures>>;
