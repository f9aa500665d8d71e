export { Afterwork, type InjectedMethod } from "./afterwork.ts";
export { AfterworkModule } from "./afterwork-module.ts";
export { Background, Inputs, Native, type InputsOf } from "./decorators.ts";
export type { NestNative } from "./native.ts";
