import type { Feature } from '@/app/feature'

export default {
  pages: [
    {
      name: 'platforms',
      path: '/accounts/platforms',
      screen: () => import('./PlatformsPage.vue'),
      right: 'accounts:read',
      tab: { of: 'accounts', order: 20 },
    },
  ],
} satisfies Feature
