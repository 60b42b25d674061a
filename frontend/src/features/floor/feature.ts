/** The floor as it stands: what waits, who is there, what will be late. Those begin here who look after others' work. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'floor',
      path: '/floor',
      screen: () => import('./FloorPage.vue'),
      right: 'overview:read',
      menu: { icon: 'home', order: 5 },
      home: { right: 'overview:read', order: 20 },
    },
  ],
  // Its address before it was the floor.
  redirects: [{ path: '/overview', to: () => ({ name: 'floor' }) }],
} satisfies Feature
