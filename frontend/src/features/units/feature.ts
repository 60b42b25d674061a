/** The organisation as a tree: centres, departments, teams and agencies, and who belongs where. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'units',
      path: '/units',
      screen: () => import('./UnitsPage.vue'),
      right: 'people:read',
      menu: { icon: 'building', order: 52 },
    },
  ],
} satisfies Feature
