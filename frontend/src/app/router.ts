/** Addresses. The whole state of a view is in its address, so it can be shared and survives a reload. */

import {
  createRouter,
  createWebHistory,
  type RouteLocationNormalized,
  type RouteLocationRaw,
  type RouteRecordRaw,
} from 'vue-router'

import type { Right } from '@/api/contract'
import { useSession } from '@/stores/session'
import { useLocale } from './i18n'
import { features, homeFor, pages } from './registry'

declare module 'vue-router' {
  interface RouteMeta {
    /** The right somebody needs to open the page. */
    right?: Right
    open?: boolean
  }
}

const declared: RouteRecordRaw[] = pages.map((page) => ({
  path: page.path,
  name: page.name,
  component: page.screen,
  meta: { ...(page.right ? { right: page.right } : {}), ...(page.open ? { open: true } : {}) },
}))

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    ...declared,
    ...features.flatMap((feature) =>
      (feature.redirects ?? []).map(
        // Decided on entering, not by `redirect`: that would run before the session is known.
        ({ path, to }): RouteRecordRaw => ({
          path,
          component: () => import('./MissingPage.vue'),
          beforeEnter: () => to(useSession().permissions),
        }),
      ),
    ),
    { path: '/no-access', name: 'no-access', component: () => import('./NoAccessPage.vue') },
    {
      path: '/',
      name: 'home',
      component: () => import('./NoAccessPage.vue'),
      beforeEnter: () => homeRoute(),
    },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./MissingPage.vue') },
  ],
})

/** Send for the screen of the address that was opened; nobody has to be known for that. */
export function sendForScreen(): void {
  const screen = router.resolve(window.location.pathname).matched.at(-1)?.components?.['default']
  // A screen that cannot be had now is asked for again, and told of, on the way to it.
  if (typeof screen === 'function') (screen as () => Promise<unknown>)().catch(() => undefined)
}

export function homeRoute(): RouteLocationRaw {
  return homeFor(useSession().permissions)
}

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.known) {
    await session.load()
    if (session.view) await useLocale(session.view.locale)
  }
  return guard(to, session.view !== null, session.permissions)
})

function guard(
  to: RouteLocationNormalized,
  signedIn: boolean,
  permissions: ReadonlySet<string>,
): RouteLocationRaw | boolean {
  if (to.name === 'login') return signedIn ? homeRoute() : true
  if (!signedIn && !to.meta.open)
    return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } }
  if (to.meta.right && !permissions.has(to.meta.right))
    return { name: 'no-access', query: { page: String(to.name) } }
  return true
}
