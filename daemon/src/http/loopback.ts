import type { HttpApp } from './http-env.ts'
import { isPerson } from './person.ts'

/** The address the daemon listens at: nobody on another machine can reach it. */
export const LOOPBACK = '127.0.0.1'
/** What programs may call it. */
export const LOOPBACK_NAMES = [LOOPBACK, 'localhost']

/** Leads a person who typed `localhost` to the address at which pages are signed in. */
export function leadToLoopback(app: HttpApp): void {
  app.use(async (c, next) => {
    const { hostname, pathname, port, search } = new URL(c.req.url)
    if (hostname === LOOPBACK || !isPerson(c)) return next()
    return c.redirect(`http://${LOOPBACK}:${port}${pathname}${search}`, 307)
  })
}
