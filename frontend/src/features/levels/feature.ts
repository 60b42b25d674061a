/** By when requests are to be answered and resolved, and who is told when that is missed. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'levels',
      path: '/service-levels',
      screen: () => import('./LevelsPage.vue'),
      right: 'routing:read',
      menu: { icon: 'hourglass', order: 59 },
    },
  ],
} satisfies Feature
