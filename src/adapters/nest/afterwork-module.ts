import {
  ConfigurableModuleBuilder,
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type ConfigurableModuleCls,
  type ConfigurableModuleHost,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from "@nestjs/common";
import { APP_INTERCEPTOR, DiscoveryModule, DiscoveryService, HttpAdapterHost } from "@nestjs/core";

import type { HostOptions } from "../../app/host-options.ts";
import { Shutdown } from "../../app/shutdown/shutdown.ts";
import { isHttpServer } from "../attach.ts";
import { Afterwork } from "./afterwork.ts";
import { declaredBy } from "./declared-inputs.ts";
import { WorkInterceptor } from "./work-interceptor.ts";

const configurable: ConfigurableModuleHost<HostOptions, "forRoot"> = new ConfigurableModuleBuilder<HostOptions>({
  moduleName: "Afterwork",
})
  .setClassMethodName("forRoot")
  .setExtras({}, (definition) => ({ ...definition, global: true }))
  .build();

const Configurable: ConfigurableModuleCls<HostOptions, "forRoot"> = configurable.ConfigurableModuleClass;

/**
 * Makes the tasks of requests, dependencies and durable work part of a Nest application: `AfterworkModule.forRoot({ engine })`,
 * or `forRootAsync`, among the imports of its root module. Starts with the application, and drains when that is closed.
 */
export class AfterworkModule
  extends Configurable
  implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  readonly #work: Afterwork;
  readonly #discovery: DiscoveryService;
  readonly #host: HttpAdapterHost;

  /** Nest's container calls it. */
  constructor(work: Afterwork, discovery: DiscoveryService, host: HttpAdapterHost) {
    super();
    this.#work = work;
    this.#discovery = discovery;
    this.#host = host;
  }

  /** All modules have been initialised: what tasks need of them is there. */
  async onApplicationBootstrap(): Promise<void> {
    for (const { metatype } of this.#discovery.getControllers()) {
      const prototype = (metatype?.prototype ?? null) as object | null;
      for (const inputs of declaredBy(prototype)) this.#work.injectionOf(inputs);
    }
    await this.#work.start();
  }

  /** Requests are finished and tasks drained here already, while what they need is still there. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#work.beginShutdown();
    const http: unknown = this.#host.httpAdapter?.getHttpServer();
    if (isHttpServer(http)) await new Shutdown({ app: this.#work, http }).run();
  }

  /** Where there is no server of HTTP/1, Nest has ended by now what brought work. */
  async onApplicationShutdown(): Promise<void> {
    await this.#work.close();
  }
}

// Node runs no decorators, but they are functions.
Module({
  imports: [DiscoveryModule],
  providers: [
    {
      provide: Afterwork,
      inject: [configurable.MODULE_OPTIONS_TOKEN],
      useFactory: (options: HostOptions) => new Afterwork(options),
    },
    {
      provide: APP_INTERCEPTOR,
      inject: [Afterwork],
      useFactory: (work: Afterwork) => new WorkInterceptor(work),
    },
  ],
  exports: [Afterwork],
})(AfterworkModule);
for (const [index, token] of [Afterwork, DiscoveryService, HttpAdapterHost].entries()) {
  Inject(token)(AfterworkModule, undefined, index);
}
