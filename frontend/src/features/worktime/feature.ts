/** When work is done: calendars, public holidays, and what they make of a length of time. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'worktime',
      path: '/working-time',
      screen: () => import('./WorkTimePage.vue'),
      right: 'calendars:read',
      menu: { icon: 'clock', order: 60 },
    },
  ],
} satisfies Feature
