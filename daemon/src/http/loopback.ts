import type { HttpApp } from './http-env.ts'
import { isPerson } from './person.ts'

/** The address of the daemon. Other machines cannot reach it. */
export const LOOPBACK = '127.0.0.1'
/** The host names that requests may use. */
export const LOOPBACK_NAMES = [LOOPBACK, 'localhost']

/** Leads a browser from the usual address to that of the pages, where sessions are. */
export function leadToPages(app: HttpApp, to: { readonly page: string }): void {
  app.use(async (c, next) => {
    const { origin, pathname, search } = new URL(c.req.url)
    return origin === to.page || !isPerson(c) ? next() : c.redirect(`${to.page}${pathname}${search}`, 307)
  })
}
