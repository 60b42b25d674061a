/** Who works here, how much each holds, and who may log in. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'people',
      path: '/people',
      screen: () => import('./PeoplePage.vue'),
      right: 'people:read',
      menu: { icon: 'users', order: 50 },
    },
  ],
} satisfies Feature
