/** The list's state to and from the address. */

import type { LocationQueryRaw, RouteLocationNormalized } from 'vue-router'

import type { SortName, ViewName } from '@/api/contract'
import type { ListQuery } from './listModel'

const SORTS: readonly SortName[] = ['urgent', 'newest', 'oldest']

export function queryFromRoute(route: Pick<RouteLocationNormalized, 'params' | 'query'>): ListQuery {
  const { account, lane, unread, overdue, q, sort, when, saved } = route.query
  const accountId = Number(account)
  const savedId = Number(saved)
  return {
    view: route.params['view'] as ViewName,
    accountId: Number.isInteger(accountId) && accountId > 0 ? accountId : null,
    lane: lane === 'public' || lane === 'private' ? lane : null,
    unread: unread === '1',
    overdue: overdue === '1',
    text: typeof q === 'string' ? q : '',
    sort: SORTS.find((name) => name === sort) ?? 'urgent',
    condition: typeof when === 'string' ? when : '',
    savedId: Number.isInteger(savedId) && savedId > 0 ? savedId : null,
  }
}

/** Only what differs from the plain view is written, so that addresses stay short. */
export function queryToRoute(query: ListQuery): LocationQueryRaw {
  return {
    ...(query.accountId === null ? {} : { account: String(query.accountId) }),
    ...(query.lane === null ? {} : { lane: query.lane }),
    ...(query.unread ? { unread: '1' } : {}),
    ...(query.overdue ? { overdue: '1' } : {}),
    ...(query.text === '' ? {} : { q: query.text }),
    ...(query.sort === 'urgent' ? {} : { sort: query.sort }),
    ...(query.condition === '' ? {} : { when: query.condition }),
    ...(query.savedId === null ? {} : { saved: String(query.savedId) }),
  }
}

export function sameQuery(a: ListQuery, b: ListQuery): boolean {
  return (Object.keys(a) as (keyof ListQuery)[]).every((key) => a[key] === b[key])
}
