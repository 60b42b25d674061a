/** What each role may do and how far it sees. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'roles',
      path: '/roles',
      screen: () => import('./RolesPage.vue'),
      right: 'people:read',
      menu: { icon: 'shield', order: 55 },
      tab: { of: 'roles', order: 10 },
    },
    {
      name: 'proof',
      path: '/roles/proof',
      screen: () => import('./ProofPage.vue'),
      right: 'operators:manage',
      tab: { of: 'roles', order: 20 },
    },
    {
      name: 'who',
      path: '/roles/who',
      screen: () => import('./WhoPage.vue'),
      right: 'operators:manage',
      tab: { of: 'roles', order: 30 },
    },
  ],
} satisfies Feature
