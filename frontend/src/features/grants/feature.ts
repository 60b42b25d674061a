/** Who else works with accounts: contracts with agencies, and what each was granted. */

import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'grants',
      path: '/grants',
      screen: () => import('./GrantsPage.vue'),
      right: 'grants:read',
      menu: { icon: 'key', order: 57 },
    },
  ],
} satisfies Feature
