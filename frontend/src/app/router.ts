/** Addresses. The whole state of a view is in its address, so it can be shared and survives a reload. */

import { createRouter, createWebHistory, type RouteLocationNormalized, type RouteLocationRaw } from 'vue-router'

import { useSession } from '@/stores/session'
import { useLocale } from './i18n'
import { menuFor, RIGHTS } from './permissions'

declare module 'vue-router' {
  interface RouteMeta {
    /** The right somebody needs to open the page. */
    right?: string
    /** The menu entry it belongs to, when that is not its own name. */
    menu?: string
    open?: boolean
  }
}

const VIEWS = 'mine|unassigned|team|waiting|all|resolved'

export const router = createRouter({
  history: createWebHistory('/'),
  routes: [
    { path: '/login', name: 'login', component: () => import('@/features/identity/LoginPage.vue'), meta: { open: true } },
    {
      path: `/workbench/:view(${VIEWS})/:id(\\d+)?`,
      name: 'workbench',
      component: () => import('@/features/workbench/WorkbenchPage.vue'),
      meta: { right: RIGHTS.readRequests },
    },
    { path: '/workbench', redirect: { name: 'workbench', params: { view: 'mine' } } },
    {
      path: '/listener',
      name: 'listener',
      component: () => import('@/features/listener/ListenerPage.vue'),
      meta: { right: RIGHTS.readInbound },
    },
    {
      path: '/accounts',
      name: 'accounts',
      component: () => import('@/features/accounts/AccountsPage.vue'),
      meta: { right: RIGHTS.readAccounts },
    },
    {
      path: '/accounts/platforms',
      name: 'platforms',
      component: () => import('@/features/platforms/PlatformsPage.vue'),
      meta: { right: RIGHTS.readAccounts, menu: 'accounts' },
    },
    {
      path: '/topics/:id(\\d+)?',
      name: 'topics',
      component: () => import('@/features/topics/TopicsPage.vue'),
      meta: { right: RIGHTS.readTopics },
    },
    {
      path: '/listener/monitors',
      name: 'monitors',
      component: () => import('@/features/monitors/MonitorsPage.vue'),
      meta: { right: RIGHTS.readMonitors, menu: 'listener' },
    },
    {
      path: '/listener/trial',
      name: 'trial',
      component: () => import('@/features/monitors/TrialPage.vue'),
      meta: { right: RIGHTS.readMonitors, menu: 'listener' },
    },
    {
      path: '/listener/review',
      name: 'review',
      component: () => import('@/features/review/ReviewPage.vue'),
      meta: { right: RIGHTS.readInbound, menu: 'listener' },
    },
    {
      path: '/listener/lists',
      name: 'lists',
      component: () => import('@/features/monitors/ListsPage.vue'),
      meta: { right: RIGHTS.readInbound, menu: 'listener' },
    },
    {
      path: '/listener/models',
      name: 'models',
      component: () => import('@/features/models/ModelsPage.vue'),
      meta: { right: RIGHTS.readModels, menu: 'listener' },
    },
    { path: '/no-access', name: 'no-access', component: () => import('./NoAccessPage.vue') },
    // Decided on entering, not by `redirect`: that would run before the session is known.
    { path: '/', name: 'home', component: () => import('./NoAccessPage.vue'), beforeEnter: () => homeRoute() },
    { path: '/:rest(.*)*', name: 'missing', component: () => import('./MissingPage.vue') },
  ],
})

/** The first page of the person's own menu. */
export function homeRoute(): RouteLocationRaw {
  const first = menuFor(useSession().permissions)[0]
  if (!first) return { name: 'no-access' }
  return first.route === 'workbench' ? { name: 'workbench', params: { view: 'mine' } } : { name: first.route }
}

router.beforeEach(async (to) => {
  const session = useSession()
  if (!session.known) {
    await session.load()
    if (session.view) await useLocale(session.view.locale)
  }
  return guard(to, session.view !== null, session.permissions)
})

function guard(to: RouteLocationNormalized, signedIn: boolean, permissions: ReadonlySet<string>): RouteLocationRaw | boolean {
  if (to.name === 'login') return signedIn ? homeRoute() : true
  if (!signedIn && !to.meta.open) return { name: 'login', query: to.path === '/' ? {} : { next: to.fullPath } }
  if (to.meta.right && !permissions.has(to.meta.right)) return { name: 'no-access', query: { page: String(to.name) } }
  return true
}
