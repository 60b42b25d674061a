/** The audit log: who did what, when. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'audit',
      path: '/audit',
      screen: () => import('./auditList'),
      right: 'audit:read',
      menu: { icon: 'note', order: 90 },
    },
  ],
} satisfies Feature
