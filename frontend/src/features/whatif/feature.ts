/** A past period dealt out again under other rules, strategies and with other people. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'whatIf',
      path: '/routing/what-if/:id(\\d+)?',
      screen: () => import('./WhatIfPage.vue'),
      right: 'routing:read',
      tab: { of: 'routing', order: 20 },
    },
  ],
} satisfies Feature
