/** How work, people and accounts stand: where those begin who look after them. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'overview',
      path: '/overview',
      screen: () => import('./OverviewPage.vue'),
      right: 'overview:read',
      menu: { icon: 'home', order: 5 },
      home: { right: 'overview:read', order: 20 },
    },
  ],
} satisfies Feature
