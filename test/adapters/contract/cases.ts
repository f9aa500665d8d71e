import type { Cases } from "./case.ts";
import { abortCases } from "./cases/aborts.ts";
import { answerCases } from "./cases/answers.ts";
import { compressionCases } from "./cases/compression.ts";
import { connectionCases } from "./cases/connections.ts";
import { durableCases } from "./cases/durable.ts";
import { failureCases } from "./cases/failures.ts";
import { inputCases } from "./cases/inputs.ts";
import { orderCases } from "./cases/order.ts";
import { scopeCases } from "./cases/scopes.ts";
import { shutdownCases } from "./cases/shutdown.ts";
import { streamCases } from "./cases/streams.ts";

/** The contract: what every adapter promises, in the order of its table. */
export const cases: Cases = [
  ...orderCases,
  ...answerCases,
  ...failureCases,
  ...streamCases,
  ...abortCases,
  ...compressionCases,
  ...connectionCases,
  ...durableCases,
  ...scopeCases,
  ...inputCases,
  ...shutdownCases,
];
