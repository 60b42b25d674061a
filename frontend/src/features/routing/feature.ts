/** Where requests wait and who gets them: rules, queues, skills, and a box to try them in. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'routing',
      path: '/routing',
      screen: () => import('./RoutingPage.vue'),
      right: 'routing:read',
      menu: { icon: 'transfer', order: 56 },
      tab: { of: 'routing', order: 10 },
    },
  ],
} satisfies Feature
