/** What stands in the rows of the accounts, and what is said of one that is open. */

import { h, type VNodeChild } from 'vue'

import type { AccountView } from '@/api/contract'
import AppIcon from '@/ui/AppIcon.vue'
import { bigNumber, fullTime, messageTime, roughSpan } from '@/ui/format'
import { NOTHING, twoLines } from '@/ui/kit/cells'
import type { Column, Words } from '@/ui/kit/columns'
import type { Fact } from '@/ui/kit/facts'
import MeterBar from '@/ui/MeterBar.vue'
import PlatformMark from '@/ui/PlatformMark.vue'
import { ago, exact, hasNotice, isTokenShort, lookOf, quotaOf, tokenText } from './accountLook'
import { rankOf } from './standing'

export interface Names {
  team: (id: number | null) => string | undefined
  person: (id: number | null) => string | undefined
}

const time = (at: string | null): number => (at ? Date.parse(at) : 0)

export function statusTag(account: AccountView, { t }: Words): VNodeChild {
  const { tag, icon, word } = lookOf(account)
  return h(
    'span',
    {
      class: ['tag', tag],
      'data-testid': 'account-status',
      'data-status': account.status,
    },
    [h(AppIcon, { name: icon }), t(word)],
  )
}

function quota(account: AccountView, { t, locale }: Words): VNodeChild {
  if (!account.quota) return NOTHING
  const { remaining, limit } = account.quota
  const { share, isLow } = quotaOf(account)
  return h('span', { class: 'row acc-q', title: `${String(remaining)} / ${String(limit)}` }, [
    h(MeterBar, { share, tone: isLow ? 'soon' : 'pri' }),
    h(
      'span',
      { class: 'num' },
      t('accounts.quotaLeft', { n: bigNumber(remaining, locale), max: bigNumber(limit, locale) }),
    ),
  ])
}

const errors = ({ error_streak: n }: AccountView, { t }: Words): VNodeChild =>
  h('span', { class: n > 0 ? 'c-neg' : '' }, t('accounts.errorCount', { n }))

const token = (account: AccountView, words: Words): VNodeChild =>
  h('span', { class: isTokenShort(account, words) ? 'c-warn' : '' }, tokenText(account, words))

const lag = ({ lag_seconds: seconds }: AccountView, { locale }: Words): string =>
  seconds === null ? NOTHING : roughSpan(seconds * 1000, locale)

const refused = ({ refused_capabilities: all }: AccountView, { t, locale }: Words): VNodeChild =>
  all.map(({ capability, refused_at }) =>
    h(
      'span',
      { class: 'c-warn', title: fullTime(refused_at, locale) },
      `${t(`capability.feature.${capability}`)} `,
    ),
  )

export function accountColumns(names: Names): Column<AccountView>[] {
  return [
    {
      key: 'account',
      label: 'accounts.name',
      isName: true,
      width: '24%',
      sort: ({ name }) => name,
      cell: ({ platform, name, agency, team_id }) =>
        h('span', { class: 'row' }, [
          h(PlatformMark, { platform, large: true }),
          twoLines(
            h('b', { title: name }, name),
            [agency.name, names.team(team_id)].filter(Boolean).join(' · '),
          ),
        ]),
    },
    {
      key: 'status',
      label: 'accounts.status',
      look: 'text',
      sort: rankOf,
      cell: (account, words) =>
        hasNotice(account)
          ? h('span', { class: 'kt-2' }, [
              h('span', [statusTag(account, words)]),
              h(
                'span',
                { class: 's12 t2' },
                words.t(
                  account.reading_pause
                    ? `accounts.readingPause.${account.reading_pause.reason}`
                    : `accounts.todo.${account.status}`,
                ),
              ),
            ])
          : statusTag(account, words),
    },
    {
      key: 'read',
      label: 'accounts.lastPoll',
      width: '112px',
      sort: ({ last_poll_at }) => time(last_poll_at),
      cell: ({ last_poll_at }, words) => ago(last_poll_at, words),
      title: ({ last_poll_at }, words) => exact(last_poll_at, words),
    },
    {
      key: 'pushed',
      label: 'accounts.lastPush',
      width: '112px',
      isExtra: true,
      sort: ({ last_push_at }) => time(last_push_at),
      cell: ({ last_push_at }, words) => ago(last_push_at, words),
      title: ({ last_push_at }, words) => exact(last_push_at, words),
    },
    {
      key: 'lag',
      label: 'accounts.lag',
      width: '88px',
      isMinor: true,
      sort: ({ lag_seconds }) => lag_seconds ?? -1,
      cell: lag,
    },
    {
      key: 'errors',
      label: 'accounts.errors',
      width: '80px',
      look: 'num',
      isMinor: true,
      sort: ({ error_streak }) => error_streak,
      cell: errors,
    },
    {
      key: 'token',
      label: 'accounts.token',
      width: '120px',
      isMinor: true,
      sort: ({ token_expires_at: at }) => (at ? Date.parse(at) : Number.MAX_SAFE_INTEGER),
      cell: token,
      title: ({ token_expires_at }, words) => exact(token_expires_at, words),
    },
    {
      key: 'quota',
      label: 'accounts.quota',
      width: '200px',
      sort: (account) => quotaOf(account).share,
      cell: quota,
    },
    {
      key: 'kind',
      label: 'accounts.kindHead',
      width: '96px',
      isExtra: true,
      sort: ({ kind }) => kind,
      cell: ({ kind }, { t }) => t(`accounts.kind.${kind}`),
    },
    {
      key: 'owner',
      label: 'form.owner',
      width: '112px',
      isExtra: true,
      cell: ({ owner_operator_id }) => names.person(owner_operator_id) ?? NOTHING,
    },
    {
      key: 'external_id',
      label: 'accounts.externalId',
      width: '152px',
      look: 'mono',
      isExtra: true,
      cell: ({ external_id }) => external_id,
    },
    {
      key: 'acts',
      label: 'accounts.acts',
      width: '136px',
      look: 'num',
      stays: true,
      right: 'accounts:manage',
    },
  ]
}

export function accountFacts(names: Names): Fact<AccountView>[] {
  return [
    {
      key: 'read',
      label: 'accounts.lastPoll',
      cell: ({ last_poll_at }, words) => ago(last_poll_at, words),
      title: ({ last_poll_at }, words) => exact(last_poll_at, words),
    },
    {
      key: 'pushed',
      label: 'accounts.lastPush',
      when: ({ last_push_at }) => last_push_at !== null,
      cell: ({ last_push_at }, words) => ago(last_push_at, words),
      title: ({ last_push_at }, words) => exact(last_push_at, words),
    },
    { key: 'lag', label: 'accounts.lag', when: ({ lag_seconds }) => lag_seconds !== null, cell: lag },
    {
      key: 'errors',
      label: 'accounts.errors',
      cell: (account, words) => [
        errors(account, words),
        ...(account.retry_at
          ? [
              h(
                'span',
                { class: 't3' },
                `${words.t('accounts.retryAt')} ${messageTime(account.retry_at, words.now, words.locale)}`,
              ),
            ]
          : []),
      ],
    },
    {
      key: 'token',
      label: 'accounts.token',
      cell: token,
      title: ({ token_expires_at }, words) => exact(token_expires_at, words),
    },
    {
      key: 'quota',
      label: 'accounts.quota',
      when: (account) => account.quota !== null,
      cell: (account, words) => [
        quota(account, words),
        ...(account.quota?.resets_at
          ? [
              h(
                'span',
                { class: 't3' },
                words.t('accounts.resetsAt', {
                  time: messageTime(account.quota.resets_at, words.now, words.locale),
                }),
              ),
            ]
          : []),
      ],
    },
    {
      key: 'refused',
      label: 'accounts.refused',
      when: ({ refused_capabilities }) => refused_capabilities.length > 0,
      cell: refused,
    },
    {
      key: 'external_id',
      label: 'accounts.externalId',
      look: 'mono',
      cell: ({ external_id }) => external_id,
    },
    {
      key: 'owner',
      label: 'form.owner',
      when: ({ kind }) => kind === 'employee',
      cell: ({ owner_operator_id }, { t }) => names.person(owner_operator_id) ?? t('form.nobody'),
    },
    { key: 'callback', label: 'accounts.callback', when: ({ callback_path }) => callback_path !== null },
  ]
}
