/** Who works when, and who exchanges what with whom. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'shifts',
      path: '/shifts',
      screen: () => import('./ShiftsPage.vue'),
      right: 'shifts:read',
      menu: { icon: 'card', order: 61 },
    },
  ],
} satisfies Feature
