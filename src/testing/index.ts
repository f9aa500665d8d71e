export type { RecordedTask } from "./recorded-task.ts";
export type { TestRequestInit } from "./request-init.ts";
export { SocketRefusedError } from "./socket-refused-error.ts";
export { TestClient, type StreamedResponse, type TestClientOptions } from "./test-client.ts";
export type { TestResponse } from "./test-response.ts";
export { TestClock } from "./test-clock.ts";
export type { TestSocket } from "./test-socket.ts";
