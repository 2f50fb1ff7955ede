export { HttpServer, type HttpServerOptions } from './http-server.ts'
export type { HttpApp, HttpEnv } from './http-env.ts'
export type { HttpLimits } from './http-limits.ts'
