// How evenly keys lie on shards: `node scripts/shard-balance.ts [tenants]`. Prints a table in Markdown; the same each time.

/** Weights of tenants, the largest first: the n-th has 1 / n ** exponent of the first one's jobs. */
type Weights = readonly number[];

interface Shape {
  readonly name: string;
  readonly weights: Weights;
  /** How many keys a tenant's jobs have; the shard is chosen by the key. */
  readonly keysOf: (share: number, shards: number) => number;
}

const tenants = Number(process.argv[2] ?? 100_000);
const shardCounts = [4, 8, 16, 32, 64, 128];
const rounds = 21;
/** A tenant with more than this of a shard's jobs is given several keys, none of which has more. */
const splitAt = 0.02;
const one = (): number => 1;
const split = (share: number, shards: number): number => Math.ceil((share * shards) / splitAt);

const shapes: readonly Shape[] = [
  { name: "all alike", weights: zipf(0), keysOf: one },
  { name: "Zipf 0.8", weights: zipf(0.8), keysOf: one },
  { name: "Zipf 1.0", weights: zipf(1), keysOf: one },
  { name: "Zipf 1.2", weights: zipf(1.2), keysOf: one },
  { name: "Zipf 1.0, large ones split", weights: zipf(1), keysOf: split },
  { name: "Zipf 1.2, large ones split", weights: zipf(1.2), keysOf: split },
];

function zipf(exponent: number): Weights {
  return Array.from({ length: tenants }, (_, index) => 1 / (index + 1) ** exponent);
}

/** A hash of a number, different for each round; what SHA-256 of a key does as well. */
function hash(value: number, round: number): number {
  let mixed = Math.imul(value + 1, 0x9e3779b1) ^ Math.imul(round + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

/** The load of the hottest shard, as a multiple of the mean. */
function hottest({ weights, keysOf }: Shape, shards: number, round: number): number {
  const loads = new Float64Array(shards);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let key = 0;
  for (const weight of weights) {
    const keys = keysOf(weight / total, shards);
    for (let part = 0; part < keys; part += 1) {
      const shard = hash(key, round) % shards;
      loads[shard] = (loads[shard] ?? 0) + weight / keys;
      key += 1;
    }
  }
  return (Math.max(...loads) / total) * shards;
}

function cell(shape: Shape, shards: number): string {
  const loads = Array.from({ length: rounds }, (_, round) => hottest(shape, shards, round)).toSorted((a, b) => a - b);
  const [median = 0, most = 0] = [loads[(rounds - 1) / 2], loads.at(-1)];
  return `${median.toFixed(2)} (${most.toFixed(2)})`;
}

console.log(`${tenants} tenants, ${rounds} ways to hash; the hottest shard ÷ the mean: median (most)\n`);
console.log(`| jobs per tenant | largest tenant | ${shardCounts.map((shards) => `${shards} shards`).join(" | ")} |`);
console.log(`|---|---|${shardCounts.map(() => "---|").join("")}`);
for (const shape of shapes) {
  const total = shape.weights.reduce((sum, weight) => sum + weight, 0);
  const largest = `${((100 * (shape.weights[0] ?? 0)) / total).toPrecision(2)} %`;
  console.log(`| ${shape.name} | ${largest} | ${shardCounts.map((shards) => cell(shape, shards)).join(" | ")} |`);
}
