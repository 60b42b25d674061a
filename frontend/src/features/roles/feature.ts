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
    },
  ],
} satisfies Feature
