import type { Feature } from '@/app/feature'
import { reviewCommands } from './commands'

export default {
  pages: [
    {
      name: 'review',
      path: '/listener/review',
      screen: () => import('./ReviewPage.vue'),
      right: 'inbound_items:read',
      tab: { of: 'listener', order: 40 },
    },
  ],
  commands: reviewCommands,
} satisfies Feature
