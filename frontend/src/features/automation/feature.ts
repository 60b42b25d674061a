/** Rules that act when something happens, and the log of what they did. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'automation',
      path: '/automation',
      screen: () => import('./AutomationPage.vue'),
      right: 'automation:read',
      menu: { icon: 'bolt', order: 58 },
    },
  ],
} satisfies Feature
