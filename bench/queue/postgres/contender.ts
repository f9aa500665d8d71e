/** One queue on Postgres, with the settings that its documentation calls fastest; it has an own database each time. */
export interface Contender {
  readonly name: string;
  readonly title: string;
  /** Only asks now and then whether there is something to do: its idle latency is that interval. */
  readonly polls?: true;
  /** Makes its tables in an empty database. */
  install(url: string): Promise<void>;
  connect(url: string): Promise<Client>;
  /** Starts one worker in this process; `onStart` is the function of its jobs. */
  work(url: string, onStart: (index: number) => void): Promise<Worker>;
}

/** The side of a contender that stores jobs. */
export interface Client {
  /** Resolves when the job is stored for good. */
  enqueue(index: number): Promise<unknown>;
  /** Stores `batch` jobs at most. */
  enqueueMany(indexes: readonly number[]): Promise<unknown>;
  /** How many jobs a call of `enqueueMany` should hold: as documented, else as measured. */
  readonly batch: number;
  /** The jobs in the database that have not been completed. */
  unfinished(): Promise<number>;
  close(): Promise<void>;
}

/** The side of a contender that runs jobs. */
export interface Worker {
  /** Resolves when the database has acknowledged that they are complete. Called once all jobs have run. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}
