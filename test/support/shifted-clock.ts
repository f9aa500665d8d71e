// Preloaded by `node --import`: the wall clock of the process is off by CLOCK_SHIFT_MS. `performance.now()` is not.
const shiftMs = Number(process.env["CLOCK_SHIFT_MS"] ?? 0);
const trueNow = Date.now;
const shiftedNow = (): number => trueNow() + shiftMs;

globalThis.Date = new Proxy(Date, {
  construct: (target, args, made) => Reflect.construct(target, args.length === 0 ? [shiftedNow()] : args, made) as Date,
  apply: (target) => new target(shiftedNow()).toString(),
});
Date.now = shiftedNow;
