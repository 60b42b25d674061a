/** Figures: the dashboard, the dictionary of metrics, and the list of replies that figures open. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'figures',
      path: '/figures',
      screen: () => import('./FiguresPage.vue'),
      right: 'figures:read',
      menu: { icon: 'gauge', order: 35 },
      tab: { of: 'figures', order: 10 },
    },
    {
      name: 'metrics',
      path: '/figures/metrics',
      screen: () => import('./MetricsPage.vue'),
      right: 'figures:read',
      tab: { of: 'figures', order: 20 },
    },
    {
      name: 'replies',
      path: '/figures/replies',
      screen: () => import('./replyList'),
      right: 'conversations:read',
      tab: { of: 'figures', order: 30 },
    },
  ],
} satisfies Feature
