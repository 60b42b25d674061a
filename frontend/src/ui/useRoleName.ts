/** What a role is called: one that the program brings has a word of ours, any other is called as people call it. */

import { useI18n } from 'vue-i18n'

import type { RoleRef } from '@/api/contract'

export function useRoleName() {
  const { t } = useI18n()
  const roleName = (role: Pick<RoleRef, 'key' | 'name'>): string =>
    role.key === null ? role.name : t(`role.${role.key}`)
  return {
    roleName,
    roleNames: (roles: readonly Pick<RoleRef, 'key' | 'name'>[]): string =>
      roles.map(roleName).join(t('common.listSeparator')),
  }
}
