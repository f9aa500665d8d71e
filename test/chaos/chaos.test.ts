import { shortTrial } from "./short-trial.ts";

const size = { store: "sqlite", workers: 3, producers: 2, seconds: 60, troubles: 12 };
shortTrial("processes are killed, stopped and ended at random", size);
